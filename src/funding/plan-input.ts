import type { Burn } from '../../machines/auto-funding/auto-funding.burn.ts'
import { demandOf, levelsOf } from '../../machines/auto-funding/auto-funding.levels.ts'
import type { Standing } from '../../machines/auto-funding/plan.types.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { AutoFundingPolicy } from './config.ts'

/** The part of a plan's input that follows from the policy and the provider's charges. */
export type Grading = Pick<Standing, 'demand' | 'anomaly' | 'required' | 'target'>

/** The part of a plan's input that changes with transactions, limits and the provider's registration. */
export type Progress = Pick<
  Standing,
  'mode' | 'limits' | 'registered' | 'inFlight' | 'unresolved' | 'settledFrom' | 'failure' | 'claimFailure'
> & {
  /** Refunds of every sub-account are claimed, whatever its own policy says. */
  claimsAll: boolean
}

export function gradingOf(
  { minLockedBalance, maxUnsettledFee, levels }: AutoFundingPolicy,
  fee: bigint,
  burn: Burn,
): Grading {
  const { demand, anomaly } = demandOf({ minLockedBalance, unsettledFee: fee, maxUnsettledFee, burn })
  const { required, target } = levelsOf(demand, levels)
  return { demand, anomaly, required, target }
}

/** The input of a plan for one sub-account. Field by field, since each reading makes one for each sub-account. */
export function planInputOf(
  id: SubAccountId,
  policy: AutoFundingPolicy,
  { demand, anomaly, required, target }: Grading,
  progress: Progress,
): Standing {
  return {
    provider: id.provider,
    serviceType: id.serviceType,
    mode: progress.mode,
    required,
    target,
    demand,
    priority: policy.priority,
    limits: progress.limits,
    onPendingRefund: policy.onPendingRefund,
    needsApproval: policy.approve !== null,
    registered: progress.registered,
    anomaly,
    inFlight: progress.inFlight,
    unresolved: progress.unresolved,
    settledFrom: progress.settledFrom,
    failure: progress.failure,
    autoClaim: policy.autoClaim || progress.claimsAll,
    claimFailure: progress.claimFailure ?? null,
  }
}
