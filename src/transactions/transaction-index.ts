import { SparseSet, type Members } from '../base/sparse.ts'
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
  /** Those that no decision counted as in flight: a node refused their transactions for good, and the chain has them all the same. */
  readonly revived: Members<number>
  /** Sets the block in which a transaction is mined; null takes that back. */
  setMinedIn(transaction: TrackedTransaction, block: number | null): void
  /** Those that count as mined, and whose nonces are not below this one. */
  minedAbove(nonce: number): TrackedTransaction[]
  /** Those mined in the blocks (from, to], reverted ones included. */
  minedIn(from: number, to: number): TrackedTransaction[]
}

/** @param isOpenStep whether an intent is a step of open work, whose steps the index must not forget */
export function createTransactionIndex(isOpenStep: (intent: Intent) => boolean): TransactionIndex {
  return new RememberedTransactions(isOpenStep)
}

class RememberedTransactions implements TransactionIndex {
  readonly all: TrackedTransaction[] = []
  readonly revived = new SparseSet<number>()
  readonly #isOpenStep: (intent: Intent) => boolean
  /** Those without an outcome, and some that got one since the last look. */
  readonly #perhapsOpen = new SparseSet<TrackedTransaction>()
  readonly #minedNonces = new SparseSet<number>()
  /** In the order of their blocks. */
  readonly #mined: TrackedTransaction[] = []

  constructor(isOpenStep: (intent: Intent) => boolean) {
    this.#isOpenStep = isOpenStep
  }

  add(transaction: TrackedTransaction): TrackedTransaction | null {
    if (transaction.isRevived) this.revived.add(transaction.nonce)
    this.all.push(transaction)
    this.#perhapsOpen.add(transaction)
    return this.all.length > REMEMBERED ? this.#forgetOldest() : null
  }

  nonces(): OwnNonces {
    const open = new Set<number>()
    for (const transaction of this.#perhapsOpen)
      if (transaction.actor.getSnapshot().hasTag('open')) open.add(transaction.nonce)
      else this.#perhapsOpen.delete(transaction)
    return { open, mined: this.#minedNonces }
  }

  setMinedIn(transaction: TrackedTransaction, block: number | null): void {
    if (transaction.minedIn !== null) this.#forgetMined(transaction)
    transaction.minedIn = block
    if (block === null) {
      this.#perhapsOpen.add(transaction)
      // In flight from now on, for every decision.
      this.revived.delete(transaction.nonce)
      return
    }
    this.#mined.splice(this.#countUpTo(block), 0, transaction)
    this.#minedNonces.add(transaction.nonce)
  }

  minedAbove(nonce: number): TrackedTransaction[] {
    return this.#mined.filter((one) => one.nonce >= nonce)
  }

  minedIn(from: number, to: number): TrackedTransaction[] {
    return this.#mined.slice(this.#countUpTo(from), this.#countUpTo(to))
  }

  /** Searches from the end: nearly every question is about the newest blocks. */
  #countUpTo(block: number): number {
    return this.#mined.findLastIndex(({ minedIn }) => minedIn !== null && minedIn <= block) + 1
  }

  #forgetOldest(): TrackedTransaction | null {
    const oldest = this.all.find(
      ({ actor, intent }) => !actor.getSnapshot().hasTag('open') && !this.#isOpenStep(intent),
    )
    if (!oldest) return null
    remove(this.all, oldest)
    if (oldest.minedIn !== null) this.#forgetMined(oldest)
    return oldest
  }

  #forgetMined(transaction: TrackedTransaction): void {
    remove(this.#mined, transaction)
    this.#minedNonces.delete(transaction.nonce)
  }
}

function remove<T>(all: T[], one: T): void {
  const at = all.indexOf(one)
  if (at !== -1) all.splice(at, 1)
}
