import { SparseMap } from '../base/sparse.ts'
import type { MinedTransaction } from './port.ts'
import { decodeReceipt, type UnprovenReceipt } from './receipt.ts'
import type { Rpc } from './rpc.types.ts'

/** Proofs are remembered for this many receipts. */
const MOST_PROOFS = 1_000

export type Receipts = (hash: string) => Promise<MinedTransaction | null>

/**
 * Reads receipts, each with a proof that its block is part of the chain: the node's block of that number has the receipt's block
 * hash, or lists the transaction. The proof takes one query, when the receipt is first read.
 *
 * @returns null for a pending transaction, and for a receipt without that proof
 */
export function createReceipts(rpc: Pick<Rpc, 'receipt' | 'block'>): Receipts {
  /** The node's hash of the block of each proven receipt. */
  const proven = new SparseMap<string, string | null>()

  return async (hash) => {
    const receipt = decodeReceipt(await rpc.receipt(hash), hash)
    if (!receipt) return null
    const key = `${receipt.transactionHash} ${receipt.blockHash} ${receipt.blockNumber}`
    const proof = proven.has(key) ? proven.get(key) : await proofOf(receipt)
    if (proof === undefined) return null
    if (proven.size >= MOST_PROOFS) proven.clear()
    proven.set(key, proof)
    const { blockHash: _blockHash, ...mined } = receipt
    return proof === null ? mined : { ...mined, blockHash: proof }
  }

  /** @returns undefined without a proof */
  async function proofOf(receipt: UnprovenReceipt): Promise<string | null | undefined> {
    const { transactionHash, blockNumber, blockHash } = receipt
    const block = await rpc.block(blockNumber)
    const isProven = block?.hash === blockHash || block?.transactions.includes(transactionHash.toLowerCase())
    return isProven ? block?.hash : undefined
  }
}
