import { exitGas } from '../../machines/gas-costs.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import type { ProviderFees } from '../provider/unsettled-fee.ts'
import type { Positions } from '../streams/positions.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Lane } from '../transactions/lane.ts'
import type { Submitter } from '../transactions/submitter.ts'
import { createAutoFunding, type AutoFunding } from './auto-funding.ts'
import type { SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import { bySubAccount } from './budget.ts'
import { createBurnRates, type BurnRates } from './burn-rates.ts'
import { createChargeHistory, type ChargeHistory } from './charge-history.ts'
import { createDispatch, type Dispatch } from './dispatch.ts'
import { createFundedAccounts, type FundedAccounts } from './funded-accounts.ts'
import type { GasPrice } from './gas-price.ts'
import { createGrades } from './grades.ts'
import { createPlanner, type Planner } from './planner.ts'
import { createTopUp } from './top-up.ts'
import { createUnsettledFee } from './unsettled-fees.ts'

export type FundingOptions = {
  rules: Rules
  /** What providers want to see locked, in wei. */
  minLockedBalance: bigint
  /** Null for a broker without a signer. */
  lane: Lane | null
  locks: AccountLocks
  submit: Submitter['submit']
  positions: Positions
  intervalMs: number
  /** For all providers together; null is no limit. */
  budget: SpendingWindow | null
  /** Refunds of every sub-account are claimed without a call. */
  claimsAll: boolean
  claimFailureOf: (id: SubAccountId) => Failure | null
  gas: GasPrice
  services: ServiceCache
  /** Null where the wallet cannot sign in at providers without asking a person. */
  providerFees: ProviderFees | null
  readSettlements: (until: Block, seconds: number) => Promise<Settlements>
  /** Called before auto-funding starts; throws where nothing can be sent. */
  onStart: () => void
  inspected: Inspected
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** Auto-funding: which accounts are funded, what a plan decides about them, and what is sent. */
export type Funding = {
  accounts: FundedAccounts
  autoFunding: AutoFunding
  planner: Planner
  dispatch: Dispatch
  history: ChargeHistory
  /** Learns from a position how fast each sub-account is charged. */
  observe(position: Position): void
}

/** Wires the room: accounts → planner → dispatch → top-up → actors. */
export function createFunding(options: FundingOptions): Funding {
  const { lane, locks, gas, services, providerFees, clock, logger } = options
  const accounts = createFundedAccounts()
  const burns: BurnRates = createBurnRates()
  const paidIn = bySubAccount((from, to) => lane?.paidIn(from, to) ?? new Map())
  const planner = createPlanner({
    accounts,
    grades: createGrades(burns),
    reserved: locks.reserved,
    minLockedBalance: options.minLockedBalance,
    rules: options.rules,
    inFlight: () => lane?.inFlight() ?? [],
    spending: { budget: options.budget, payments: () => lane?.payments() ?? [], paidIn },
    gasReserve: ({ subAccounts, elsewhere = [] }) => (gas.price ?? 0n) * exitGas(subAccounts.length + elsewhere.length),
    gasPrice: () => gas.price,
    hasUnknownPending: () => (lane?.unknownPending() ?? []).length > 0,
    feesAreHigh: () => gas.isHigh,
    claims: { ofAll: options.claimsAll, failureOf: options.claimFailureOf },
    isRegistered: services.isRegistered,
    isAccepted: services.isAccepted,
  })
  const dispatch = createDispatch(accounts)
  const topUp = createTopUp({ ...options, planner, dispatch, isTaken: locks.isTaken })
  const autoFunding = createAutoFunding({
    ...options,
    accounts,
    dispatch,
    topUp,
    feeOf: (id, { unsettledFee }) => createUnsettledFee(id, unsettledFee, { providerFees, clock, logger }),
  })
  return {
    accounts,
    autoFunding,
    planner,
    dispatch,
    history: createChargeHistory({ burns, readSettlements: options.readSettlements, clock, logger }),
    observe: (position) => burns.observe(position, paidIn),
  }
}
