import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

type BlockPort = Pick<TransactionPort, 'mined' | 'blockHash'>

export type BlockCheckOptions = {
  /** Called for each transaction whose receipt is gone, or says another outcome now, one after another. */
  onGone: (transaction: TrackedTransaction) => Promise<void>
  /** Called for each transaction that is mined in another block now, with the same outcome. */
  onMoved: (transaction: TrackedTransaction, blockNumber: number) => void
}

/**
 * Compares the blocks of mined transactions by their hashes. The nonce count does not tell who spent a nonce: after a reorganisation
 * another program's transaction may have it. A receipt is asked for again where the hash of its block is new.
 */
export type BlockCheck = {
  /**
   * @returns those that the chain holds now by a node's word, in the block and with the outcome that the lane knows; each with the
   *   hash of its block
   */
  check(transactions: readonly TrackedTransaction[], port: BlockPort): Promise<ReadonlyMap<TrackedTransaction, string>>
}

export function createBlockCheck({ onGone, onMoved }: BlockCheckOptions): BlockCheck {
  /** The hash of the block in which each transaction was found. */
  const foundIn = new WeakMap<TrackedTransaction, string>()

  return {
    async check(transactions, port) {
      const hashes = await hashesOf(transactions, port)
      const certain = new Map<TrackedTransaction, string>()
      for (const transaction of transactions) {
        const hash = hashes.get(transaction.minedIn)
        if (hash !== undefined && hash === foundIn.get(transaction)) certain.set(transaction, hash)
      }
      const doubtful = transactions.flatMap((transaction) => {
        const hash = hashes.get(transaction.minedIn)
        return hash === undefined || certain.has(transaction) ? [] : { transaction, hash }
      })
      const receipts = await Promise.all(doubtful.map(({ transaction }) => askAgain(transaction, port)))
      for (const [index, { transaction, hash }] of doubtful.entries()) {
        const receipt = receipts[index]
        if (receipt === undefined) continue
        if (receipt === null || !isSameOutcome(transaction, receipt)) await onGone(transaction)
        else if (receipt.blockNumber !== transaction.minedIn) onMoved(transaction, receipt.blockNumber)
        else if (isOfBlock(receipt, hash)) {
          foundIn.set(transaction, hash)
          certain.set(transaction, hash)
        }
      }
      return certain
    },
  }

  /** One node may have the new block while another one still has the receipt of the old one. */
  function isOfBlock({ blockHash }: MinedTransaction, hash: string): boolean {
    return blockHash === undefined || blockHash === hash
  }

  /** A node that does not have a block, or does not answer, is asked at the next reading. */
  async function hashesOf(
    transactions: readonly TrackedTransaction[],
    port: BlockPort,
  ): Promise<Map<number | null, string>> {
    const numbers = new Set(transactions.flatMap(({ minedIn }) => minedIn ?? []))
    const hashes = new Map<number | null, string>()
    const ask = async (number: number): Promise<void> => {
      const hash = await port.blockHash(number).catch(() => null)
      if (hash !== null) hashes.set(number, hash)
    }
    await Promise.all([...numbers].map(ask))
    return hashes
  }

  /** @returns null where the node has none, undefined where it did not answer */
  async function askAgain(
    { attempts }: TrackedTransaction,
    port: BlockPort,
  ): Promise<MinedTransaction | null | undefined> {
    const answers = await Promise.allSettled(attempts.map(({ hash }) => port.mined(hash)))
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value ? [answer.value] : []))
    if (found[0]) return found[0]
    return answers.every(({ status }) => status === 'fulfilled') ? null : undefined
  }
}

/** In another block the same transaction may end otherwise: then its receipt is looked at as if it were the first. */
export function isSameOutcome({ actor }: TrackedTransaction, { status }: MinedTransaction): boolean {
  return (actor.getSnapshot().value === 'mined') === (status === 1)
}
