import type { Finality } from './finality.ts'
import { lookForReceipt } from './receipts.ts'
import type { ReceiptsPort } from './recent-receipts.ts'
import type { Attempt, TrackedTransaction, TrackedTransactionInput } from './tracked-transaction.ts'

/** How many are watched, and kept in a compacted journal: those that were refused last. */
export const MOST_REFUSED = 200

export type RefusedWatchOptions = {
  finality: Finality
  /** What the lane follows. */
  followed: () => readonly Pick<TrackedTransaction, 'attempts'>[]
  /** Called with one that is mined all the same. */
  onMined: (transaction: TrackedTransactionInput) => Promise<void>
  /** Called with one whose nonce another transaction has spent for good. Where it rejects, it is called again. */
  onOver: (transaction: TrackedTransactionInput) => Promise<void>
}

/**
 * Transactions that a node refused for good, in this process or an earlier one, until the chain has spent their nonces: behind one URL
 * another node may have taken one, and what it paid must count.
 */
export type RefusedWatch = {
  all(): readonly TrackedTransactionInput[]
  add(transaction: TrackedTransactionInput): void
  /** Asks for the receipts of those whose nonces are spent as of a block, and waits until what other readings found is recorded. @throws ReadError where the node does not answer */
  look(blockNumber: number, from: ReceiptsPort): Promise<void>
}

export function createRefusedWatch({ finality, followed, onMined, onOver }: RefusedWatchOptions): RefusedWatch {
  const refused = new Set<TrackedTransactionInput>()
  /** Those whose outcome is being recorded: until that is done each reading waits, and they count as refused. */
  const ending = new Map<TrackedTransactionInput, Promise<void>>()

  return {
    all: () => [...refused, ...ending.keys()],
    add(transaction) {
      handOver([transaction])
      refused.add(transaction)
      const [oldest] = refused
      if (oldest && refused.size > MOST_REFUSED) refused.delete(oldest)
    },
    async look(blockNumber, from) {
      if (refused.size > 0) handOver(followed())
      if (refused.size > 0) {
        const spent = await from.transactionCount(blockNumber)
        await Promise.all([...refused].map((transaction) => lookFor(transaction, spent, from)))
      }
      await Promise.all(ending.values())
    },
  }

  /** The same call, signed anew, may have the same bytes: what follows those looks for the receipts of their replacements, too. */
  function handOver(heirs: readonly Pick<TrackedTransaction, 'attempts'>[]): void {
    for (const one of refused) {
      const heir = heirs.find(({ attempts }) => attempts.some(isIn(one.attempts)))
      if (!heir) continue
      refused.delete(one)
      const others = one.attempts.filter((attempt) => !isIn(heir.attempts)(attempt))
      // The latest attempt stays its own: that one is sent again, and replaced.
      heir.attempts.unshift(...others)
    }
  }

  async function lookFor(transaction: TrackedTransactionInput, spent: number, from: ReceiptsPort): Promise<void> {
    const isSpent = transaction.nonce < spent
    const receipt = isSpent ? await lookForReceipt(from, transaction) : null
    // A node that fails for its receipt has not said that there is none.
    if (receipt === 'unanswered') return
    const isOver = finality.isFinal(transaction, { block: isSpent ? 'spent' : 'free', depth: Infinity })
    if (!receipt && !(isSpent && isOver)) return
    // Another reading may have found it meanwhile.
    if (!refused.delete(transaction)) return
    // Where the journal takes no record, a later reading finds it again.
    const told = receipt ? onMined(transaction) : onOver(transaction).catch(() => void refused.add(transaction))
    const end = told.finally(() => ending.delete(transaction))
    ending.set(transaction, end)
    await end
  }
}

const isIn =
  (attempts: readonly Attempt[]) =>
  ({ hash }: Attempt): boolean =>
    attempts.some((one) => one.hash === hash)
