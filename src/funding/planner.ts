import { budgetLeft } from '../../machines/auto-funding/auto-funding.limits.ts'
import { planWithShortfall } from '../../machines/auto-funding/auto-funding.policy.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Limits, Standing } from '../../machines/auto-funding/plan.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { fromLedger, inFlightByAccount } from '../transactions/in-flight.ts'
import type { InFlight } from '../transactions/lane.ts'
import { limitsOf, paymentsOf, type Spending } from './budget.ts'
import { toPolicy, type AutoFundingPolicy } from './config.ts'
import type { FundedAccount, FundedAccounts } from './funded-accounts.ts'
import type { GradedBy, Grades } from './grades.ts'
import type { Plan, PlanOptions } from './plan.ts'
import { standingOf } from './plan-input.ts'

export type PlannerOptions = {
  accounts: FundedAccounts
  grades: Grades
  /** Sub-accounts that a caller is deciding about, by key: no plan pays them meanwhile. */
  reserved: ReadonlySet<string>
  /** What providers want to see locked, in wei. */
  minLockedBalance: bigint
  /** Read anew while the broker runs, so the minimum of a new sub-account is taken at each plan. */
  rules: Pick<Rules, 'minTransfer'>
  inFlight: () => readonly InFlight[]
  spending: Spending
  /** What the wallet keeps for the gas of a full exit, in wei. */
  gasReserve: (position: Position) => bigint
  /** In wei; null while it is unknown. */
  gasPrice: () => bigint | null
  claims: {
    /** Refunds of every sub-account are claimed without a call. */
    ofAll: boolean
    /** Why the last such claim failed. */
    failureOf: (id: SubAccountId) => Failure | null
  }
  /** The node's pool holds transactions of this wallet that the journal does not know. */
  hasUnknownPending: () => boolean
  /** The chain asks for higher fees than the ceiling allows. */
  feesAreHigh: () => boolean
  /** Whether a provider offers a service; null while that could not be read. */
  isRegistered: (provider: string) => boolean | null
  /** False where the contracts' owner does not accept the provider's signer. */
  isAccepted: (provider: string) => boolean
}

/** Makes a plan for a position: collects what the pure policy needs, and nothing else. */
export type Planner = {
  plan(position: Position, options?: PlanOptions): Plan
  /** Below this a sub-account is low, in wei. */
  requiredOf(id: SubAccountId): bigint
  /** The limits of a sub-account at a block time, for auto-funding and for callers alike. */
  limitsOf(id: SubAccountId, now: number): { own: Limits; common: bigint | null }
}

export function createPlanner(options: PlannerOptions): Planner {
  const { accounts, grades, reserved, minLockedBalance, inFlight, spending } = options
  const { rules, gasReserve, gasPrice, hasUnknownPending, feesAreHigh, claims, isRegistered, isAccepted } = options
  const usual = toPolicy({}, minLockedBalance)

  return {
    plan(position, { dryRun = false, isStale = false } = {}) {
      const now = position.block.timestamp
      const moving = inFlight()
      const touched = inFlightByAccount(moving)
      const payments = paymentsOf(spending)
      const standings = idsIn(position).map(([key, id]): Standing => {
        const account = accounts.get(id)
        const { policy } = gradedBy(account)
        const context = account?.actor.getSnapshot().context
        return standingOf({ id, policy }, grades.of(id, gradedBy(account)), {
          mode: account ? (account.paused ? 'paused' : 'on') : dryRun ? 'on' : 'off',
          limits: limitsOf(policy, id, payments, now),
          registered: registrationOf(id, account),
          accepted: id.serviceType !== 'inference' || isAccepted(id.provider),
          inFlight: touched.has(key) || reserved.has(key),
          unresolved: touched.get(key)?.unresolved ?? false,
          settledFrom: context?.lastTopUp?.blockNumber ?? null,
          failure: context?.failure ?? null,
          claimsAll: claims.ofAll,
          claimFailure: claims.failureOf(id),
        })
      })
      const reserve = gasReserve(position)
      const input = {
        position,
        standings,
        inFlightFromLedger: fromLedger(moving),
        minTransfer: rules.minTransfer,
        budgetLeft: budgetLeft(spending.budget, payments.all, now),
        gasReserve: reserve,
        // A dry run sends nothing, so an unknown gas price does not hold it.
        gasPrice: dryRun ? (gasPrice() ?? 0n) : gasPrice(),
        isStale,
        hasUnknownPending: hasUnknownPending(),
        feesAreHigh: feesAreHigh(),
      }
      return { block: position.block, position, ...planWithShortfall(input), gasReserve: reserve }
    },
    requiredOf: (id) => grades.of(id, gradedBy(accounts.get(id))).required,
    limitsOf(id, now) {
      const payments = paymentsOf(spending)
      const policy: AutoFundingPolicy = accounts.get(id)?.policy ?? usual
      return { own: limitsOf(policy, id, payments, now), common: budgetLeft(spending.budget, payments.all, now) }
    },
  }

  /** Every sub-account that exists or is funded, by key. */
  function idsIn({ subAccounts }: Position): [string, SubAccountId][] {
    const ids = new Map<string, SubAccountId>()
    for (const account of subAccounts) ids.set(keyOf(account), account)
    for (const { id } of accounts.all()) ids.set(keyOf(id), id)
    return [...ids]
  }

  /** An account without auto-funding is graded by the usual policy. */
  function gradedBy(account: FundedAccount | undefined): GradedBy {
    return account
      ? { policy: account.policy, unsettledFee: account.fee.known().fee }
      : { policy: usual, unsettledFee: 0n }
  }

  /** Only inference providers are asked, and only a funded account depends on the answer. */
  function registrationOf({ provider, serviceType }: SubAccountId, account: FundedAccount | undefined): boolean | null {
    if (serviceType !== 'inference') return true
    return isRegistered(provider) ?? (account ? null : true)
  }
}
