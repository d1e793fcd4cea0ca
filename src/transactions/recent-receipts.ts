import { FINALITY_DEPTH } from '../base/finality.ts'
import type { TransactionPort } from '../chain/port.ts'
import { findReceipt } from './receipts.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

export type RecentReceiptsOptions = {
  port: Pick<TransactionPort, 'mined' | 'transactionCount'>
  /** Called for each transaction whose receipt is gone, one after another. */
  onGone: (transaction: TrackedTransaction) => Promise<void>
}

/** Transactions mined so recently that a reorganisation may take their receipts back. */
export type RecentReceipts = {
  add(transaction: TrackedTransaction): void
  all(): TrackedTransaction[]
  confirm(blockNumber: number): Promise<void>
  recheck(spent: number): Promise<void>
  forgetFinal(spent: number, blockNumber: number): void
}

export function createRecentReceipts({ port, onGone }: RecentReceiptsOptions): RecentReceipts {
  const recent = new Set<TrackedTransaction>()

  return {
    add: (transaction) => void recent.add(transaction),
    all: () => [...recent],
    /**
     * Checks that every recent receipt still holds at this block. The broker calls it between reading a position and
     * deciding on it.
     *
     * @throws ReadError when the node does not answer: then the broker must not decide on that position
     */
    async confirm(blockNumber) {
      if (recent.size === 0) return
      const spent = await port.transactionCount(blockNumber)
      forgetFinal(spent, blockNumber)
      for (const transaction of recent) {
        // The tracker may have found a receipt meanwhile: an earlier block says nothing about it.
        const isOfThisBlock = (transaction.minedIn ?? 0) <= blockNumber
        if (transaction.nonce >= spent && isOfThisBlock) await drop(transaction)
      }
    },
    /** Asks for the receipts again whose nonces the chain does not count as spent. */
    async recheck(spent) {
      const unspent = [...recent].filter(({ nonce }) => nonce >= spent)
      // A node that lags behind still has the receipt, or gets it soon.
      for (const transaction of unspent) if ((await findReceipt(port, transaction)) === null) await drop(transaction)
    },
    forgetFinal,
  }

  /** Forgets receipts that are final: their nonces are spent as of a block far enough above their own. */
  function forgetFinal(spent: number, blockNumber: number): void {
    for (const transaction of recent)
      if (transaction.nonce < spent && blockNumber - (transaction.minedIn ?? 0) > FINALITY_DEPTH)
        recent.delete(transaction)
  }

  async function drop(transaction: TrackedTransaction): Promise<void> {
    recent.delete(transaction)
    await onGone(transaction)
  }
}
