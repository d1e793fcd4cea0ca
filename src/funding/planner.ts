import { planWithShortfall } from '../../machines/auto-funding/auto-funding.policy.ts'
import { isArriving } from '../../machines/ledger/auto-deposit.policy.ts'
import type { Position } from '../../machines/position.types.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { fromLedger } from '../transactions/in-flight.ts'
import type { InFlight } from '../transactions/lane.types.ts'
import type { AutoDeposit } from './auto-deposit.ts'
import { commonLeft, paymentsOf } from './budget.ts'
import { toReclaimRule } from './config/reclaim.ts'
import { createTrials } from './funding-trial.ts'
import type { IdleMoney } from './idle-money.ts'
import type { Plan, PlanOptions } from './plan.ts'
import type { RejectionLevels } from './rejection-goal.ts'
import { createStandings, type StandingsOptions } from './standings.ts'
import type { TransferLimitsOptions } from './transfer-limits.ts'

export type PlannerOptions = StandingsOptions &
  TransferLimitsOptions & {
    /** What providers want to see locked, in wei. */
    minLockedBalance: bigint
    inFlight: () => readonly InFlight[]
    idleMoney: Pick<IdleMoney, 'isReclaiming'>
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
  /** What the limits of a transfer on demand rest on. */
  limitFacts: TransferLimitsOptions
}

export function createPlanner(options: PlannerOptions): Planner {
  const { grades, minLockedBalance, inFlight, spending, rules, idleMoney, decideDeposit, gasReserve, gasPrice } =
    options
  const { cannotRecord, hasUnknownPending, holdsForForeign, feesAreHigh } = options
  const trialsOf = createTrials(minLockedBalance)
  const standingsAt = createStandings(options)

  return {
    plan(position, { dryRun = false, isStale = false } = {}) {
      const isDry = dryRun !== false
      const { autoFunding = null, autoDeposit, reclaimIdle } = typeof dryRun === 'object' ? dryRun : {}
      const moving = inFlight()
      const payments = paymentsOf(spending)
      const { standings, isAnyDue } = standingsAt(position, {
        inFlight: moving,
        payments,
        isDry,
        trials: autoFunding && trialsOf(autoFunding),
        trialRule: toReclaimRule(reclaimIdle),
      })
      const reserve = gasReserve(position)
      const { budget, sharedLeft } = spending
      const left = commonLeft(
        { budget, sharedLeft: isAnyDue ? sharedLeft : undefined },
        payments,
        position.block.timestamp,
      )
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
      const by = grades.by(id)
      return grades.of(id, unsettledFee === undefined ? by : { ...by, unsettledFee }).required
    },
    reserveOf(id) {
      const { minLockedBalance: reserve, unsettledFee } = grades.of(id, grades.by(id)).demand
      return reserve + unsettledFee
    },
    rejectionLevels(id) {
      const { policy, pricedFee } = grades.by(id)
      return {
        provider: id.provider,
        minLockedBalance: policy.minLockedBalance,
        triggerOf: (minLockedBalance, unsettledFee) =>
          grades.of(id, { policy: { ...policy, minLockedBalance }, unsettledFee, pricedFee }).required,
      }
    },
    limitFacts: options,
  }
}
