import { countOf, hashOf, quantityOf } from './quantity.ts'
import type { BlockHeader, BlockTag } from './rpc.types.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Decodes a block's header. Nodes of some chains answer a query for a pruned block with their latest one, so the number must be
 * the requested number.
 *
 * @returns null for no block, for another block than the requested, and for a block without number or time
 */
export function decodeHeader(answer: unknown, blockTag: BlockTag): BlockHeader | null {
  if (typeof answer !== 'object' || answer === null) return null
  const { number: rawNumber, timestamp: rawTimestamp, hash, baseFeePerGas, transactions } = answer as Fields
  const number = countOf(rawNumber)
  const timestamp = countOf(rawTimestamp)
  if (number === null || timestamp === null || (blockTag !== 'latest' && number !== blockTag)) return null
  const hashes = Array.isArray(transactions) ? transactions.map(hashOf) : []
  return {
    number,
    timestamp,
    hash: hashOf(hash),
    baseFee: quantityOf(baseFeePerGas),
    transactions: hashes.filter((one) => one !== null),
  }
}
