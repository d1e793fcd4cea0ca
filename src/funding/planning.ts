import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Block, Settlements } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Intent } from '../transactions/intent.ts'
import type { Lane } from '../transactions/lane.types.ts'
import { bySubAccount, type Spending } from './budget.ts'
import type { BurnRates, PaidIn } from './burn-rates.ts'
import { laneFactsOf, type LaneFacts } from './deposit-payer.ts'
import type { FundedAccounts } from './funded-accounts.ts'
import type { GasPrice } from './gas-price.ts'
import { gasReserveAt } from './gas-reserve.ts'
import { createGrades } from './grades.ts'
import { createIdleMoney, type IdleMoney } from './idle-money.ts'
import { createPlanner, type Planner, type PlannerOptions } from './planner.ts'
import type { SharedBudget } from './shared-budget.ts'
import { createUseHistory, type UseHistory } from './use-history.ts'
import { createUses, type Uses } from './uses.ts'

type FailureOf = (id: SubAccountId) => Failure | null

export type PlanningOptions = {
  wallet: string
  rules: Rules
  /** What providers want to see locked, in wei. */
  minLockedBalance: bigint
  /** Null for a broker without a signer. */
  lane: Lane | null
  locks: AccountLocks
  /** For all providers together; null is no limit. */
  budget: SpendingWindow | null
  /** A budget that this wallet shares with others. */
  sharedBudget?: SharedBudget | undefined
  /** Refunds of every sub-account are claimed without a call. */
  claimsAll: boolean
  /** Why the last auto-claim failed, and requests for idle money that this process sends. */
  refunds: { failureOf: FailureOf; reclaims: { isUnderway: () => boolean; failureOf: FailureOf } }
  gas: Pick<GasPrice, 'price' | 'isHigh'>
  services: Pick<ServiceCache, 'pricesOf' | 'isRegistered' | 'isAccepted'>
  accounts: FundedAccounts
  burns: BurnRates
  decideDeposit: PlannerOptions['decideDeposit']
  readSettlements: (until: Block, seconds: number) => Promise<Settlements>
  clock: Clock
  logger: Logger
}

/** What plans of auto-funding are made of, and what follows the use of sub-accounts for them. */
export type Planning = {
  planner: Planner
  uses: Uses
  useHistory: UseHistory
  idleMoney: IdleMoney
  inFlight: LaneFacts['inFlight']
  minedIn: (from: number, to: number) => readonly Intent[]
  paidIn: PaidIn
  payments: Spending['payments']
}

export function createPlanning(options: PlanningOptions): Planning {
  const { lane, locks, gas, services, accounts, burns, minLockedBalance, sharedBudget, wallet, clock, logger } = options
  const laneFacts = laneFactsOf(() => lane)
  const { inFlight } = laneFacts
  const paidIn = bySubAccount((from, to) => lane?.paidIn(from, to) ?? new Map())
  const payments = () => lane?.payments() ?? []
  const minedIn = (from: number, to: number) => lane?.minedIn(from, to) ?? []
  const uses = createUses({ minedIn, inFlight })
  const useHistory = createUseHistory({
    uses,
    readSettlements: options.readSettlements,
    longest: () => longestIdleness(accounts),
    clock,
    logger,
  })
  const idleMoney = createIdleMoney({
    isUnderway: options.refunds.reclaims.isUnderway,
    failureOf: options.refunds.reclaims.failureOf,
    accounts,
    uses,
    askedAt: (id) => lane?.asks.lastAt(id) ?? null,
    isReading: () => useHistory.isReading(),
    payments,
    reclaims: () => lane?.reclaims() ?? [],
    inFlight,
  })
  const planner = createPlanner({
    accounts,
    grades: createGrades({ burns, accounts, pricesOf: services.pricesOf, minLockedBalance }),
    reserved: locks.reserved,
    isStalled: (id) => locks.stallOf(id) !== null,
    minLockedBalance,
    rules: options.rules,
    spending: {
      budget: options.budget,
      payments,
      paidIn,
      sharedLeft: sharedBudget && ((now) => sharedBudget.left(now, wallet)),
    },
    gasReserve: (position) => gasReserveAt(position, gas),
    idleMoney,
    decideDeposit: options.decideDeposit,
    gasPrice: () => gas.price,
    ...laneFacts,
    feesAreHigh: () => gas.isHigh,
    claims: { ofAll: options.claimsAll, failureOf: options.refunds.failureOf },
    isRegistered: services.isRegistered,
    isAccepted: services.isAccepted,
  })
  return { planner, uses, useHistory, idleMoney, inFlight, minedIn, paidIn, payments }
}

/** The longest time after which a policy takes a sub-account for idle, in seconds; 0 where none does. */
function longestIdleness(accounts: FundedAccounts): number {
  return accounts.all().reduce((longest, { policy }) => Math.max(longest, policy.reclaim?.after ?? 0), 0)
}
