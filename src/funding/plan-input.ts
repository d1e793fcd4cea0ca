import type { Burn } from '../../machines/auto-funding/auto-funding.burn.ts'
import { demandOf, levelsOf } from '../../machines/auto-funding/auto-funding.levels.ts'
import type { Standing } from '../../machines/auto-funding/plan.types.ts'
import type { AutoFundingPolicy } from './config/auto-funding-policy.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'

/** A sub-account that auto-funding is on for. */
export type Kept = { id: SubAccountId; policy: AutoFundingPolicy; unsettledFee: bigint; pricedFee: bigint }

/** What goes on with a sub-account, whatever is wanted for it. */
export type Underway = Pick<
  Standing,
  | 'mode'
  | 'limits'
  | 'firstDay'
  | 'registered'
  | 'accepted'
  | 'inFlight'
  | 'unresolved'
  | 'putBackPending'
  | 'settledFrom'
  | 'failure'
  | 'claimFailure'
  | 'reclaim'
> & { claimsAll: boolean }

/** What a provider's charges and its policy come to. */
export type Grading = Pick<Standing, 'demand' | 'anomaly' | 'required' | 'target'>

export function gradingOf({ policy, unsettledFee, pricedFee }: Omit<Kept, 'id'>, burn: Burn): Grading {
  const { minLockedBalance, maxUnsettledFee, jump } = policy
  const { demand, anomaly } = demandOf({ minLockedBalance, unsettledFee, maxUnsettledFee, pricedFee, burn, jump })
  const { required, target } = levelsOf(demand, policy.levels)
  return { demand, anomaly, required, target }
}

/** One line after the other, since this is made for each sub-account at each reading. */
export function standingOf(
  { id, policy }: Pick<Kept, 'id' | 'policy'>,
  { demand, anomaly, required, target }: Grading,
  underway: Underway,
): Standing {
  return {
    provider: id.provider,
    serviceType: id.serviceType,
    mode: underway.mode,
    required,
    target,
    demand,
    priority: policy.priority,
    limits: underway.limits,
    sizing: policy.sizing,
    reserveIsSoft: policy.reserveIsSoft,
    onPendingRefund: policy.onPendingRefund,
    needsApproval: policy.approve !== null,
    registered: underway.registered,
    ...(underway.accepted === false && { accepted: false }),
    anomaly,
    ...(underway.firstDay && { firstDay: underway.firstDay }),
    inFlight: underway.inFlight,
    unresolved: underway.unresolved,
    ...(underway.putBackPending === true && { putBackPending: true }),
    settledFrom: underway.settledFrom,
    failure: underway.failure,
    // The refund of idle money comes home without a call.
    autoClaim: policy.autoClaim || underway.reclaim != null || underway.claimsAll,
    claimFailure: underway.claimFailure ?? null,
    reclaim: underway.reclaim ?? null,
  }
}
