import { max } from '../../machines/wei.ts'
import type { Fees } from '../chain/port.ts'
import { mostPerGas } from './fees.ts'

/** 1,000 gwei: 250 times what 0G's chains ask. No wrong answer of a node makes a transaction pay more, unless the caller says so. */
export const MOST_FEE_PER_GAS = 10n ** 12n
/** What a payment may cost in gas: a twentieth of it, and at least this much, so that small ones are not held. */
const LEAST_GAS_COST = 2n * 10n ** 16n
const WORTH = { times: 1n, over: 20n }

export type PricedTransaction = {
  /** What the transaction moves, in wei; 0 for one that moves nothing by itself. */
  amount: bigint
  gasLimit: bigint
}

/** Why a fee is too high: its ceiling, and what set it. Fees per gas in wei. */
export type FeeExcess = {
  asked: bigint
  ceiling: bigint
  because: 'the absolute ceiling' | 'what the payment is worth' | 'maxFeePerGas'
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

/**
 * The excess of what the chain asks at least over the caller's `maxFeePerGas`: such a transaction would wait in the pool,
 * or be refused. Twice the base fee is only a margin for blocks to come, so it does not count.
 */
export function capExcess(fees: Fees, maxFeePerGas: bigint): FeeExcess | null {
  const asked = 'gasPrice' in fees ? fees.gasPrice : leastOf(fees.maxFeePerGas, fees.maxPriorityFeePerGas)
  return asked > maxFeePerGas ? { asked, ceiling: maxFeePerGas, because: 'maxFeePerGas' } : null
}

/** Base fee and tip; the base fee is half of what is offered beside the tip. */
function leastOf(maxFeePerGas: bigint, tip: bigint): bigint {
  return (maxFeePerGas - tip) / 2n + tip
}
