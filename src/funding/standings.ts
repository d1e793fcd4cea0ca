import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Standing } from '../../machines/auto-funding/plan.types.ts'
import type { ReclaimRule } from '../../machines/auto-funding/reclaim.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { inFlightByAccount } from '../transactions/in-flight.ts'
import type { InFlight } from '../transactions/lane.types.ts'
import { firstDayAt, limitsOf, type Payments } from './budget.ts'
import type { FundedAccount, FundedAccounts } from './funded-accounts.ts'
import type { TriedAccounts } from './funding-trial.ts'
import type { Grades } from './grades.ts'
import type { IdleMoney } from './idle-money.ts'

export type StandingsOptions = {
  accounts: Pick<FundedAccounts, 'get' | 'all'>
  grades: Grades
  /** Sub-accounts that a caller is deciding about, by key: no plan pays them meanwhile. */
  reserved: ReadonlySet<string>
  /** Whether the lock of a sub-account does not come free for now: its put-back cannot be sent. */
  isStalled: (id: SubAccountId) => boolean
  /** Read anew while the broker runs, so the minimum of a new sub-account is taken at each plan. */
  rules: Pick<Rules, 'minTransfer'>
  claims: {
    /** Refunds of every sub-account are claimed without a call. */
    ofAll: boolean
    /** Why the last such claim failed. */
    failureOf: (id: SubAccountId) => Failure | null
  }
  idleMoney: Pick<IdleMoney, 'standingOf'>
  /** Whether a provider offers the service; null while that could not be read. */
  isRegistered: (id: SubAccountId) => boolean | null
  /** False where the contracts' owner does not accept the provider's signer. */
  isAccepted: (id: SubAccountId) => boolean
}

export type StandingsInput = {
  inFlight: readonly InFlight[]
  payments: Payments
  /** A dry run plans as if auto-funding were on: for every sub-account, or for those of `trials` alone. */
  isDry: boolean
  trials: TriedAccounts | null
  /** What a dry run asks idle money back by. */
  trialRule: ReclaimRule | null
}

export type Standings = {
  standings: Standing[]
  /** Whether a sub-account that auto-funding is on for has less than it needs. */
  isAnyDue: boolean
}

export type StandingsAt = (position: Position, input: StandingsInput) => Standings

/** Where each sub-account stands at a position: what the plan has to know of it beside the reading. */
export function createStandings(options: StandingsOptions): StandingsAt {
  const { accounts, grades, reserved, isStalled, rules, claims, idleMoney, isRegistered, isAccepted } = options

  return (position, { inFlight, payments, isDry, trials, trialRule }) => {
    const now = position.block.timestamp
    const touched = inFlightByAccount(inFlight)
    let isAnyDue = false
    const standings = Array.from(idsIn(position, trials), ([key, id]): Standing => {
      const { available } = id
      const account = accounts.get(id)
      const trial = trials?.get(key)
      const by = grades.by(id, trial?.policy)
      const grading = grades.of(id, by)
      const mode = modeOf(account, trials ? trial !== undefined : isDry)
      const isDue = mode !== 'off' && available < grading.required
      isAnyDue ||= isDue
      const context = account?.chart.getSnapshot().context
      const reclaimRule = account ? account.policy.reclaim : (trial?.policy.reclaim ?? trialRule)
      const { policy } = by
      // Payments are gone through only where one is due.
      const firstDay = isDue
        ? firstDayAt(policy, {
            id,
            firstCharge: grades.firstCharge(id),
            minTransfer: rules.minTransfer,
            payments,
            now,
          })
        : null
      const underway = touched.get(key)
      const reclaim = idleMoney.standingOf(id, reclaimRule, payments, now)
      const standing: Standing = {
        provider: id.provider,
        serviceType: id.serviceType,
        mode,
        required: grading.required,
        target: grading.target,
        demand: grading.demand,
        priority: policy.priority,
        limits: limitsOf(policy, id, payments, now),
        sizing: policy.sizing,
        reserveIsSoft: policy.reserveIsSoft,
        onPendingRefund: policy.onPendingRefund,
        needsApproval: policy.approve !== null,
        registered: trial?.policy.force === true || registrationOf(id, account),
        anomaly: grading.anomaly,
        inFlight: underway !== undefined || reserved.has(key),
        unresolved: underway?.unresolved ?? false,
        settledFrom: context?.lastTopUp?.blockNumber ?? null,
        failure: context?.failure ?? null,
        // The refund of idle money comes home without a call.
        autoClaim: policy.autoClaim || reclaim != null || claims.ofAll,
        claimFailure: claims.failureOf(id),
        reclaim: reclaim ?? null,
      }
      // Assigned: a spread for each of these would take more time than the rest of the standing.
      if (!isAccepted(id)) standing.accepted = false
      if (firstDay) standing.firstDay = firstDay
      if (underway?.nonceSpent === true) standing.nonceSpent = true
      if (isStalled(id)) standing.putBackPending = true
      return standing
    })
    return { standings, isAnyDue }
  }

  /** Every sub-account that exists, is funded or is tried, by key. */
  function idsIn({ subAccounts }: Position, trials: TriedAccounts | null): Map<string, Placed> {
    const ids = new Map<string, Placed>()
    for (const account of subAccounts) ids.set(keyOf(account), account)
    for (const { id } of accounts.all()) add(id)
    for (const { id } of trials?.values() ?? []) add(id)
    return ids

    function add({ provider, serviceType }: SubAccountId): void {
      const key = keyOf({ provider, serviceType })
      if (!ids.has(key)) ids.set(key, { provider, serviceType, available: 0n })
    }
  }

  /** Only a funded account depends on the answer, and not where its policy pays a provider without a service as well. */
  function registrationOf(id: SubAccountId, account: FundedAccount | undefined): boolean | null {
    return account?.policy.force === true || (isRegistered(id) ?? (account ? null : true))
  }
}

/** A sub-account, and what is available there, in wei. */
type Placed = SubAccountId & { available: bigint }

function modeOf(account: FundedAccount | undefined, isTried: boolean): Standing['mode'] {
  if (account) return account.paused ? 'paused' : 'on'
  return isTried ? 'on' : 'off'
}
