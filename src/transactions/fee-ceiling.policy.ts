import { max } from '../../machines/wei.ts'
import type { Fees } from '../chain/port.ts'
import { MOST_FEE_PER_GAS, type FeeExcess } from './fee-cap.policy.ts'
import { mostPerGas } from './fees.ts'

/** What a payment may cost in gas: a twentieth of it, and at least this much, so that small ones are not held. */
const LEAST_GAS_COST = 2n * 10n ** 16n
const WORTH = { times: 1n, over: 20n }

export type PricedTransaction = {
  /** What the transaction moves, in wei; 0 for one that moves nothing by itself. */
  amount: bigint
  gasLimit: bigint
}

/** The most that a unit of gas may cost where the caller sets no `maxFeePerGas`, and what sets it. */
export function feeCeiling({ amount, gasLimit }: PricedTransaction): Omit<FeeExcess, 'asked'> {
  const worth = max((amount * WORTH.times) / WORTH.over, LEAST_GAS_COST) / max(gasLimit, 1n)
  return amount === 0n || worth >= MOST_FEE_PER_GAS
    ? { ceiling: MOST_FEE_PER_GAS, because: 'the absolute ceiling' }
    : { ceiling: worth, because: 'what the payment is worth' }
}

/**
 * The excess of a fee over the ceilings that hold where the caller sets none: an absolute one, and a part of what the
 * payment is worth. `null` where the fee is within both.
 *
 * @param fees what the chain asks now
 */
export function feeExcess(fees: Fees, priced: PricedTransaction): FeeExcess | null {
  const asked = mostPerGas(fees)
  const ceiling = feeCeiling(priced)
  return asked > ceiling.ceiling ? { asked, ...ceiling } : null
}
