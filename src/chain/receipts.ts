import type { MinedTransaction } from './port.ts'
import type { Rpc, UnprovenReceipt } from './rpc.types.ts'

/** Proofs are remembered for this many receipts. */
const MOST_PROOFS = 1_000

/**
 * Reads receipts, each with a proof that its block is part of the chain: the node's block of that number has the receipt's block
 * hash, or lists the transaction. The proof takes one query, when the receipt is first read.
 *
 * @returns null for a pending transaction, and for a receipt without that proof
 */
export function createReceipts(
  rpc: Pick<Rpc, 'receipt' | 'block'>,
): (hash: string) => Promise<MinedTransaction | null> {
  const proven = new Set<string>()

  return async (hash) => {
    const receipt = await rpc.receipt(hash)
    if (!receipt) return null
    const key = `${receipt.transactionHash} ${receipt.blockHash} ${receipt.blockNumber}`
    if (!proven.has(key)) {
      if (!(await isProven(receipt))) return null
      if (proven.size >= MOST_PROOFS) proven.clear()
      proven.add(key)
    }
    const { blockHash: _blockHash, ...mined } = receipt
    return mined
  }

  async function isProven({ transactionHash, blockNumber, blockHash }: UnprovenReceipt): Promise<boolean> {
    const block = await rpc.block(blockNumber)
    return block !== null && (block.hash === blockHash || block.transactions.includes(transactionHash.toLowerCase()))
  }
}
