import { min } from '../../machines/wei.ts'
import type { Fees } from '../chain/port.ts'

/** Fees that never pass the cap. */
export function capFees(fees: Fees, cap: bigint | null): Fees {
  if (cap === null) return fees
  if ('gasPrice' in fees) return { gasPrice: min(fees.gasPrice, cap) }
  const maxFeePerGas = min(fees.maxFeePerGas, cap)
  return { maxFeePerGas, maxPriorityFeePerGas: min(fees.maxPriorityFeePerGas, maxFeePerGas) }
}

/** The most that a unit of gas may cost. */
export const mostPerGas = (fees: Fees): bigint => ('gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas)

/** The amounts of fees that a node compares between a transaction and its replacement. */
export function feeParts(fees: Fees): bigint[] {
  return 'gasPrice' in fees ? [fees.gasPrice] : [fees.maxFeePerGas, fees.maxPriorityFeePerGas]
}

/** A fraction of a fee, rounded up, so that a fee of 1 wei rises too. */
export function scaleFee(fee: bigint, { times, over }: { times: bigint; over: bigint }): bigint {
  return (fee * times + over - 1n) / over
}
