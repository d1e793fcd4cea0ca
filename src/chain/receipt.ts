import type { MinedTransaction } from './port.ts'

export function minedOf({
  transactionHash,
  blockNumber,
  gasUsed,
  status,
}: Omit<MinedTransaction, 'status'> & { status: number }): MinedTransaction {
  return { transactionHash, blockNumber, gasUsed, status: status === 0 ? 0 : 1 }
}
