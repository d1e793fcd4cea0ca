import type { Finality } from './finality.ts'
import { findReceipt } from './receipts.ts'
import type { ReceiptsPort } from './recent-receipts.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

export type RefusedWatchOptions = {
  finality: Finality
  /** Called with one that is mined all the same. */
  onMined: (transaction: TrackedTransaction) => Promise<void>
}

/**
 * Transactions that a node refused for good, until the chain has spent their nonces: behind one URL another node may have taken one, and
 * what it paid must count.
 */
export type RefusedWatch = {
  size(): number
  add(transaction: TrackedTransaction): void
  /** Asks for the receipts of those whose nonces are spent as of a block. @throws ReadError where the node does not answer */
  look(blockNumber: number, from: ReceiptsPort): Promise<void>
}

export function createRefusedWatch({ finality, onMined }: RefusedWatchOptions): RefusedWatch {
  const refused = new Set<TrackedTransaction>()

  return {
    size: () => refused.size,
    add: (transaction) => void refused.add(transaction),
    async look(blockNumber, from) {
      if (refused.size === 0) return
      const spent = await from.transactionCount(blockNumber)
      for (const transaction of refused) {
        const isSpent = transaction.nonce < spent
        const isOver = finality.isFinal(transaction, { block: isSpent ? 'spent' : 'free', depth: Infinity })
        if (!isSpent) continue
        const mined = await findReceipt(from, transaction)
        // Another reading may have found it meanwhile.
        if ((mined || isOver) && refused.delete(transaction) && mined) await onMined(transaction)
      }
    },
  }
}
