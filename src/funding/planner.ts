import { budgetLeft } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { FirstDay } from '../../machines/auto-funding/first-day.policy.ts'
import { feeByPrices, type Prices } from '../../machines/auto-funding/fee-cap.policy.ts'
import { planWithShortfall } from '../../machines/auto-funding/auto-funding.policy.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Limits, Standing } from '../../machines/auto-funding/plan.types.ts'
import { isArriving } from '../../machines/ledger/auto-deposit.policy.ts'
import type { Position } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { fromLedger, inFlightByAccount } from '../transactions/in-flight.ts'
import type { InFlight } from '../transactions/lane.ts'
import type { AutoDeposit } from './auto-deposit.ts'
import { firstDayAt, limitsOf, paymentsOf, type Payments, type Spending } from './budget.ts'
import type { LimitsOf, OwnLimits } from './limits.ts'
import { toPolicy, type AutoFundingPolicy } from './config/auto-funding-policy.ts'
import { toReclaimRule } from './config/reclaim.ts'
import type { FundedAccount, FundedAccounts } from './funded-accounts.ts'
import type { IdleMoney } from './idle-money.ts'
import { createTrials, type TriedAccounts } from './funding-trial.ts'
import type { GradedBy, Grades } from './grades.ts'
import type { Plan, PlanOptions } from './plan.ts'
import { standingOf } from './plan-input.ts'
import type { RejectionLevels } from './rejection-goal.ts'

export type PlannerOptions = {
  accounts: FundedAccounts
  grades: Grades
  /** Sub-accounts that a caller is deciding about, by key: no plan pays them meanwhile. */
  reserved: ReadonlySet<string>
  /** Whether the lock of a sub-account does not come free for now: its put-back cannot be sent. */
  isStalled: (id: SubAccountId) => boolean
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
  idleMoney: Pick<IdleMoney, 'standingOf' | 'isReclaiming'>
  /** What to deposit once the plan for the sub-accounts is made. */
  decideDeposit: AutoDeposit['decide']
  /** The journal takes no records for now. */
  cannotRecord: () => boolean
  /** The node's pool holds transactions of this wallet that the journal does not know. */
  hasUnknownPending: () => boolean
  /** Another program with the wallet's key has just sent a transaction. */
  holdsForForeign: () => boolean
  /** The chain asks for higher fees than the ceiling allows. */
  feesAreHigh: () => boolean
  /** Whether a provider offers the service; null while that could not be read. */
  isRegistered: (id: SubAccountId) => boolean | null
  /** False where the contracts' owner does not accept the provider's signer. */
  isAccepted: (id: SubAccountId) => boolean
  /** What a provider charges; null while that is not known. */
  pricesOf: (id: SubAccountId) => Prices | null
}

/** Makes a plan for a position: collects what the pure policy needs, and nothing else. */
export type Planner = {
  plan(position: Position, options?: PlanOptions): Plan
  /** Below this a sub-account is low, in wei; with an unsettled fee that was read for the purpose, where it is given. */
  requiredOf(id: SubAccountId, unsettledFee?: bigint): bigint
  /** What the provider keeps in reserve beside its known unsettled fee, both in wei. */
  reserveOf(id: SubAccountId): bigint
  /** What a request that its provider rejects is held to. */
  rejectionLevels(id: SubAccountId): RejectionLevels
  /** The limits of a sub-account at a position, for transfers on demand as for auto-funding. */
  limitsOf: LimitsOf
}

export function createPlanner(options: PlannerOptions): Planner {
  const { accounts, grades, reserved, isStalled, minLockedBalance, inFlight, spending } = options
  const { rules, gasReserve, gasPrice, cannotRecord, hasUnknownPending, holdsForForeign, feesAreHigh, claims } = options
  const { decideDeposit, pricesOf, idleMoney, isRegistered, isAccepted } = options
  const usual = toPolicy({}, minLockedBalance)
  const trialsOf = createTrials(minLockedBalance)

  return {
    plan(position, { dryRun = false, isStale = false } = {}) {
      const [now, isDry] = [position.block.timestamp, dryRun !== false]
      const { autoFunding = null, autoDeposit, reclaimIdle } = typeof dryRun === 'object' ? dryRun : {}
      const trials = autoFunding && trialsOf(autoFunding)
      const trialRule = toReclaimRule(reclaimIdle)
      const moving = inFlight()
      const touched = inFlightByAccount(moving)
      const payments = paymentsOf(spending)
      let isAnyDue = false
      const standings = idsIn(position, trials).map(({ key, id, available }): Standing => {
        const account = accounts.get(id)
        const tried = trials?.get(key)
        const by = gradedBy(id, account, tried?.policy)
        const isTried = trials ? tried !== undefined : isDry
        const mode = account ? (account.paused ? 'paused' : 'on') : isTried ? 'on' : 'off'
        const grading = grades.of(id, by)
        // Payments are gone through only where one is due.
        const isDue = mode !== 'off' && available < grading.required
        isAnyDue ||= isDue
        const firstDay = isDue ? firstDayOf(id, { policy: by.policy, payments, now }) : null
        const context = account?.actor.getSnapshot().context
        const reclaimRule = account ? account.policy.reclaim : (tried?.policy.reclaim ?? trialRule)
        return standingOf({ id, policy: by.policy }, grading, {
          mode,
          limits: limitsOf(by.policy, id, payments, now),
          ...(firstDay && { firstDay }),
          registered: tried?.policy.force === true || registrationOf(id, account),
          accepted: isAccepted(id),
          inFlight: touched.has(key) || reserved.has(key),
          unresolved: touched.get(key)?.unresolved ?? false,
          putBackPending: isStalled(id),
          settledFrom: context?.lastTopUp?.blockNumber ?? null,
          failure: context?.failure ?? null,
          claimsAll: claims.ofAll,
          claimFailure: claims.failureOf(id),
          reclaim: idleMoney.standingOf(id, reclaimRule, payments, now),
        })
      })
      const reserve = gasReserve(position)
      const left = lesser(budgetLeft(spending.budget, payments.all, now), isAnyDue ? sharedLeft(spending, now) : null)
      const input = {
        position,
        standings,
        inFlightFromLedger: fromLedger(moving),
        minTransfer: rules.minTransfer,
        budgetLeft: left,
        gasReserve: reserve,
        // A dry run sends nothing, so an unknown gas price does not hold it.
        gasPrice: isDry ? (gasPrice() ?? 0n) : gasPrice(),
        isStale,
        hasUnknownPending: hasUnknownPending(),
        cannotRecord: cannotRecord(),
        holdsForForeign: holdsForForeign(),
        feesAreHigh: feesAreHigh(),
        isReclaiming: idleMoney.isReclaiming(),
      }
      const made = planWithShortfall(input)
      const deposit = decideDeposit({ ...input, plan: made }, autoDeposit)
      // Without a shortfall there is nothing to wait for.
      const isAwaited = deposit !== null && made.shortfall > 0n && isArriving(deposit)
      const { decisions, shortfall } = isAwaited ? planWithShortfall({ ...input, awaitsDeposit: true }) : made
      return {
        block: position.block,
        position,
        decisions,
        shortfall,
        gasReserve: reserve,
        ...(left !== null && { budgetLeft: left }),
        ...(deposit && { deposit }),
      }
    },
    requiredOf(id, unsettledFee) {
      const by = gradedBy(id, accounts.get(id))
      return grades.of(id, unsettledFee === undefined ? by : { ...by, unsettledFee }).required
    },
    reserveOf(id) {
      const { minLockedBalance: reserve, unsettledFee } = grades.of(id, gradedBy(id, accounts.get(id))).demand
      return reserve + unsettledFee
    },
    rejectionLevels(id) {
      const policy = accounts.get(id)?.policy ?? usual
      const pricedFee = feeByPrices(pricesOf(id))
      return {
        provider: id.provider,
        minLockedBalance: policy.minLockedBalance,
        triggerOf: (minLockedBalance, unsettledFee) =>
          grades.of(id, { policy: { ...policy, minLockedBalance }, unsettledFee, pricedFee }).required,
      }
    },
    limitsOf(id, position, callers) {
      const now = position.block.timestamp
      const payments = paymentsOf(spending)
      const policy: AutoFundingPolicy = accounts.get(id)?.policy ?? usual
      const own = limitsOf(policy, id, payments, now)
      return {
        own: callers
          ? narrowed(
              own,
              callers,
              budgetLeft(callers.budget, () => payments.of(id), now),
            )
          : own,
        firstDay: firstDayOf(id, { policy, payments, now }),
        common: lesser(budgetLeft(spending.budget, payments.all, now), sharedLeft(spending, now)),
        gas: gasPrice() === null ? null : { balance: position.wallet.balance, reserve: gasReserve(position) },
      }
    },
  }

  /** Every sub-account that exists, is funded or is tried, by key. */
  function idsIn(
    { subAccounts }: Position,
    trials: TriedAccounts | null,
  ): { key: string; id: SubAccountId; available: bigint }[] {
    const ids = new Map<string, { key: string; id: SubAccountId; available: bigint }>()
    const add = (key: string, id: SubAccountId, available: bigint) => ids.set(key, { key, id, available })
    for (const account of subAccounts) add(keyOf(account), account, account.available)
    for (const { id } of [...accounts.all(), ...(trials?.values() ?? [])])
      add(keyOf(id), id, ids.get(keyOf(id))?.available ?? 0n)
    return [...ids.values()]
  }

  /** An account without auto-funding is graded by the policy of a dry run, or else by the usual one. */
  function gradedBy(id: SubAccountId, account: FundedAccount | undefined, tried = usual): GradedBy {
    const pricedFee = feeByPrices(pricesOf(id))
    return account
      ? { policy: account.policy, unsettledFee: account.fee.known().fee, pricedFee }
      : { policy: tried, unsettledFee: 0n, pricedFee }
  }

  function firstDayOf(
    id: SubAccountId,
    { policy, ...facts }: { policy: AutoFundingPolicy; payments: Payments; now: number },
  ): FirstDay | null {
    return firstDayAt(policy, { id, firstCharge: grades.firstCharge(id), minTransfer: rules.minTransfer, ...facts })
  }

  /** Only a funded account depends on the answer, and not where its policy pays a provider without a service as well. */
  function registrationOf(id: SubAccountId, account: FundedAccount | undefined): boolean | null {
    return account?.policy.force === true || (isRegistered(id) ?? (account ? null : true))
  }
}

function narrowed(own: Limits, { maxTopUp }: OwnLimits, left: bigint | null): Limits {
  return { ...own, maxTopUp: lesser(own.maxTopUp, maxTopUp), budgetLeft: lesser(own.budgetLeft, left) }
}

const sharedLeft = ({ sharedLeft: left }: Spending, now: number): bigint | null => left?.(now) ?? null

/** The lesser of two limits; null is no limit. */
const lesser = (a: bigint | null, b: bigint | null): bigint | null => (a === null || (b !== null && b < a) ? b : a)
