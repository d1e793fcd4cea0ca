import { min } from '../../machines/wei.ts'
import type { Fees } from '../chain/port.ts'

/** Gas of a plain transfer. */
export const TRANSFER_GAS = 21_000n

/** The most that a transaction pays per unit of gas. */
export const maxPriceOf = (fees: Fees): bigint => ('gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas)

/** The gas price of a transaction in a block; null when the base fee is above its maximum. */
export function priceOf(fees: Fees, baseFee: bigint): bigint | null {
  const most = maxPriceOf(fees)
  if (most < baseFee) return null
  if ('gasPrice' in fees) return most
  return min(baseFee + fees.maxPriorityFeePerGas, most)
}
