import { toAddress } from './address.ts'
import { decodeHeader } from './block.ts'
import { countOf, hashOf, quantityOf } from './quantity.ts'

export type BlockTransaction = {
  hash: string
  from: string
  nonce: number
  to: string | null
  data: string
  value: bigint
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
  const {
    hash: rawHash,
    from,
    nonce: rawNonce,
    to,
    input,
    data = input,
    value,
  } = answer as Readonly<Record<string, unknown>>
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
