import type { Fees } from '../chain/port.ts'

/** 1,000 gwei: 250 times what 0G's chains ask. No wrong answer of a node makes a transaction pay more, unless the caller says so. */
export const MOST_FEE_PER_GAS = 10n ** 12n

/** Why a fee is too high: its ceiling, and what set it. Fees per gas in wei. */
export type FeeExcess = {
  asked: bigint
  ceiling: bigint
  because: 'the absolute ceiling' | 'what the payment is worth' | 'maxFeePerGas'
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
