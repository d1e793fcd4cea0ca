import { toAddress } from './address.ts'
import { countOf, hashOf, quantityOf } from './quantity.ts'
import type { BlockHeader, BlockTag, BlockTransaction } from './rpc.types.ts'

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

/** Decodes the transactions of a block; null for no block, and for another block than the requested. */
export function decodeTransactions(answer: unknown, blockNumber: number): BlockTransaction[] | null {
  if (!decodeHeader(answer, blockNumber)) return null
  const { transactions } = answer as { transactions?: unknown }
  if (!Array.isArray(transactions)) return null
  return transactions.flatMap((one: unknown) => decodeTransaction(one) ?? [])
}

function decodeTransaction(answer: unknown): BlockTransaction | null {
  if (typeof answer !== 'object' || answer === null) return null
  const { hash: rawHash, from, nonce: rawNonce, to, input, data = input, value } = answer as Fields
  const hash = hashOf(rawHash)
  const nonce = countOf(rawNonce)
  if (hash === null || nonce === null || typeof from !== 'string') return null
  return {
    hash,
    from: toAddress(from),
    nonce,
    to: typeof to === 'string' ? toAddress(to) : null,
    data: typeof data === 'string' ? data : '0x',
    value: quantityOf(value) ?? 0n,
  }
}
