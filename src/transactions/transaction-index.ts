import type { TrackedTransaction } from './tracked-transaction.ts'
import type { Intent } from './intent.ts'

/** How many transactions surfaces can look back on. */
const REMEMBERED = 1_000

export type TransactionIndex = ReturnType<typeof createTransactionIndex>

/**
 * A lane's transactions, found by nonce and by block without a look at each of them.
 *
 * @param isStep of something that is open: whether that is over is known by its steps, which are not forgotten
 */
export function createTransactionIndex(isStep: (intent: Intent) => boolean) {
  const all: TrackedTransaction[] = []
  const byNonce = new Map<number, TrackedTransaction>()
  /** In the order of their blocks. */
  const mined: TrackedTransaction[] = []

  return {
    /** Oldest first. */
    all: all as readonly TrackedTransaction[],
    /** @returns the oldest that is over, which a long-running process forgets for the new one; null while there is room */
    add(entry: TrackedTransaction): TrackedTransaction | null {
      all.push(entry)
      byNonce.set(entry.nonce, entry)
      return all.length > REMEMBERED ? forgetOldest() : null
    },
    /** Whether one of ours has this nonce, or may still get it. */
    isTaken(nonce: number): boolean {
      const holder = byNonce.get(nonce)
      return holder !== undefined && holder.actor.getSnapshot().value !== 'superseded'
    },
    /** It is mined in this block now; null takes that back. */
    setMinedIn(entry: TrackedTransaction, block: number | null): void {
      if (entry.minedIn !== null) without(mined, entry)
      entry.minedIn = block
      if (block !== null) mined.splice(countUpTo(block), 0, entry)
    },
    /** Those mined in the blocks (from, to], reverted ones included. */
    minedIn: (from: number, to: number): TrackedTransaction[] => mined.slice(countUpTo(from), countUpTo(to)),
  }

  /** Asked about the newest blocks, nearly always. */
  function countUpTo(block: number): number {
    return mined.findLastIndex(({ minedIn }) => minedIn !== null && minedIn <= block) + 1
  }

  function forgetOldest(): TrackedTransaction | null {
    const oldest = all.find(({ actor, intent }) => !actor.getSnapshot().hasTag('open') && !isStep(intent))
    if (!oldest) return null
    without(all, oldest)
    without(mined, oldest)
    if (byNonce.get(oldest.nonce) === oldest) byNonce.delete(oldest.nonce)
    return oldest
  }
}

function without<T>(all: T[], one: T): void {
  const at = all.indexOf(one)
  if (at !== -1) all.splice(at, 1)
}
