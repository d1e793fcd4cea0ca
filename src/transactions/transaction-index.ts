import type { Intent } from './intent.ts'
import type { OwnNonces } from './nonce-reading.policy.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

/** How many transactions the lane remembers. */
const REMEMBERED = 1_000

/** A lane's transactions, indexed by nonce and by block. */
export type TransactionIndex = {
  /** Oldest first. */
  readonly all: readonly TrackedTransaction[]
  /** @returns the oldest transaction with an outcome, which the index forgets for the new one; null while there is room */
  add(transaction: TrackedTransaction): TrackedTransaction | null
  /** Nonces that the lane's transactions have, or may still get: asked at each submission, so nothing is looked at twice. */
  nonces(): OwnNonces
  /** Sets the block in which a transaction is mined; null takes that back. */
  setMinedIn(transaction: TrackedTransaction, block: number | null): void
  /** Those mined in the blocks (from, to], reverted ones included. */
  minedIn(from: number, to: number): TrackedTransaction[]
}

/** @param isOpenStep whether an intent is a step of open work, whose steps the index must not forget */
export function createTransactionIndex(isOpenStep: (intent: Intent) => boolean): TransactionIndex {
  const all: TrackedTransaction[] = []
  /** Those without an outcome, and some that got one since the last look. */
  const perhapsOpen = new Set<TrackedTransaction>()
  const minedNonces = new Set<number>()
  /** In the order of their blocks. */
  const mined: TrackedTransaction[] = []

  return {
    all,
    add(transaction) {
      all.push(transaction)
      perhapsOpen.add(transaction)
      return all.length > REMEMBERED ? forgetOldest() : null
    },
    nonces() {
      const open = new Set<number>()
      for (const transaction of perhapsOpen)
        if (transaction.actor.getSnapshot().hasTag('open')) open.add(transaction.nonce)
        else perhapsOpen.delete(transaction)
      return { open, mined: minedNonces }
    },
    setMinedIn(transaction, block) {
      if (transaction.minedIn !== null) forgetMined(transaction)
      transaction.minedIn = block
      if (block === null) {
        perhapsOpen.add(transaction)
        return
      }
      mined.splice(countUpTo(block), 0, transaction)
      minedNonces.add(transaction.nonce)
    },
    minedIn: (from, to) => mined.slice(countUpTo(from), countUpTo(to)),
  }

  /** Searches from the end: nearly every question is about the newest blocks. */
  function countUpTo(block: number): number {
    return mined.findLastIndex(({ minedIn }) => minedIn !== null && minedIn <= block) + 1
  }

  function forgetOldest(): TrackedTransaction | null {
    const oldest = all.find(({ actor, intent }) => !actor.getSnapshot().hasTag('open') && !isOpenStep(intent))
    if (!oldest) return null
    remove(all, oldest)
    if (oldest.minedIn !== null) forgetMined(oldest)
    return oldest
  }

  function forgetMined(transaction: TrackedTransaction): void {
    remove(mined, transaction)
    minedNonces.delete(transaction.nonce)
  }
}

function remove<T>(all: T[], one: T): void {
  const at = all.indexOf(one)
  if (at !== -1) all.splice(at, 1)
}
