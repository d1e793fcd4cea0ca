import { createBurnRates, type BurnRates, type PaidIn } from './burn-rates.ts'
import { createChargeHistory, type ChargeHistory, type ChargeHistoryOptions } from './charge-history.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'
import {
  createFundedAccounts,
  type FundedAccount,
  type FundedAccounts,
  type FundedAccountsOptions,
} from './funded-accounts.ts'
import { createPlanner, type Planner, type PlannerOptions } from './planner.ts'
import { createTopUp, type TopUpOptions } from './top-up.ts'

/** All that the parts of auto-funding need beside one another. */
export type FundingOptions = Omit<ChargeHistoryOptions, 'burns'> &
  Omit<PlannerOptions, 'accounts' | 'burns'> &
  Omit<TopUpOptions, 'planner' | 'dispatch'> &
  Omit<FundedAccountsOptions, 'accounts' | 'topUp' | 'decisionOf'> & { paidIn: PaidIn }

export type Funding = {
  burns: BurnRates
  charges: ChargeHistory
  planner: Planner
  dispatch: Dispatch
  funded: FundedAccounts
}

/** The parts of auto-funding, from the burn of each sub-account to the actor that tops it up. */
export function createFunding(options: FundingOptions): Funding {
  const accounts = new Map<string, FundedAccount>()
  const burns = createBurnRates(options.paidIn)
  const charges = createChargeHistory({ ...options, burns })
  const planner = createPlanner({ ...options, accounts, burns })
  const dispatch = createDispatch(accounts)
  const topUp = createTopUp({ ...options, planner, dispatch })
  const funded = createFundedAccounts({ ...options, accounts, topUp, decisionOf: dispatch.decisionOf })
  return { burns, charges, planner, dispatch, funded }
}
