import { countOf, hashOf, quantityOf } from './quantity.ts'
import type { MinedTransaction } from './port.ts'

/** A receipt before the proof that its block is part of the chain. */
export type UnprovenReceipt = MinedTransaction & { blockHash: string }

/** The fields of a node's receipt, each of any type. */
export type ReceiptFields = Readonly<
  Partial<
    Record<
      'transactionHash' | 'blockNumber' | 'blockHash' | 'gasUsed' | 'effectiveGasPrice' | 'status' | 'logs',
      unknown
    > &
      Record<string, unknown>
  >
>

/**
 * Decodes a receipt. A receipt that leaves the outcome open counts as pending, because a wrong outcome would be final: some nodes
 * give one without a block for a pending transaction, and broken ones give none of the fields.
 *
 * @returns null for a pending transaction, for another transaction's receipt, and for one without block or outcome
 */
export function decodeReceipt(receipt: ReceiptFields | null, transactionHash: string): UnprovenReceipt | null {
  if (!receipt || hashOf(receipt.transactionHash) !== transactionHash.toLowerCase()) return null
  const blockNumber = countOf(receipt.blockNumber)
  const blockHash = hashOf(receipt.blockHash)
  const status = statusOf(receipt)
  if (blockNumber === null || blockHash === null || status === null) return null
  const gasPrice = quantityOf(receipt.effectiveGasPrice)
  const gas = { gasUsed: quantityOf(receipt.gasUsed) ?? 0n, ...(gasPrice !== null && { gasPrice }) }
  return { transactionHash, blockNumber, blockHash, ...gas, status }
}

/** Without a status the logs may prove the outcome: a reverted transaction has none. */
function statusOf({ status, logs, transactionHash }: ReceiptFields): 0 | 1 | null {
  if (typeof status === 'boolean') return status ? 1 : 0
  const code = quantityOf(status)
  if (code === 0n) return 0
  if (code === 1n) return 1
  return Array.isArray(logs) && logs.some((log) => isLogOf(log, transactionHash)) ? 1 : null
}

function isLogOf(log: unknown, transactionHash: unknown): boolean {
  const hash = typeof log === 'object' && log !== null && 'transactionHash' in log ? hashOf(log.transactionHash) : null
  return hash !== null && hash === hashOf(transactionHash)
}
