import { decideDeposit } from './deposit-decision.ts'
import { walletPayer, type WalletPayerOptions } from './deposit-payer.ts'
import { trialOf } from './deposit-trial.ts'
import { gasReserveAt } from './gas-reserve.ts'
import { createPlanning, type Planning, type PlanningOptions } from './planning.ts'

/** What a broker without a signer makes dry runs by: it plans deposits as well, and sends none. */
export type CreateDryRuns = (
  options: Omit<PlanningOptions, 'lane' | 'decideDeposit'> & Pick<WalletPayerOptions, 'submitter'>,
) => Planning

export const createDryRuns: CreateDryRuns = (options) => {
  const { rules, gas, submitter } = options
  const own = walletPayer({ lane: null, submitter, gasReserve: (position) => gasReserveAt(position, gas) })
  const surroundings = {
    rules,
    inFlight: () => [],
    isClosing: () => false,
    isDeciding: () => false,
    withdrawals: { until: () => 0 },
  }
  return createPlanning({
    ...options,
    lane: null,
    decideDeposit: (facts, trial) => (trial ? decideDeposit(trialOf(trial, own), facts, surroundings) : null),
  })
}
