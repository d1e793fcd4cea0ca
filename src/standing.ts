import type { Burn } from '../machines/auto-funding/auto-funding.burn.ts'
import { demandOf, levelsOf } from '../machines/auto-funding/auto-funding.levels.ts'
import type { Standing } from '../machines/auto-funding/auto-funding.policy.ts'
import type { AutoFundingPolicy } from './auto-funding-config.ts'
import type { SubAccountId } from './sub-account-id.ts'

/** A sub-account that auto-funding is on for. */
export type Kept = { id: SubAccountId; policy: AutoFundingPolicy; unsettledFee: bigint; paused: boolean }

/** What is wanted for a sub-account; what goes on with it is added by the keeper. */
type Wanted = Omit<
  Standing,
  'limits' | 'registered' | 'inFlight' | 'unresolved' | 'settledFrom' | 'failure' | 'claimFailure'
>

export function standingOf({ id, policy, unsettledFee, paused }: Kept, burn: Burn): Wanted {
  const { minLockedBalance, maxUnsettledFee } = policy
  const { demand, anomaly } = demandOf({ minLockedBalance, unsettledFee, maxUnsettledFee, burn })
  return {
    ...id,
    mode: paused ? 'paused' : 'on',
    ...levelsOf(demand, policy.levels),
    demand,
    priority: policy.priority,
    onPendingRefund: policy.onPendingRefund,
    autoClaim: policy.autoClaim,
    needsApproval: policy.approve !== null,
    anomaly,
  }
}

/** One that auto-funding is not on for: graded as if it were, with the usual policy. */
export function defaultStanding(id: SubAccountId, usual: AutoFundingPolicy, burn: Burn, dryRun: boolean): Wanted {
  const standing = standingOf({ id, policy: usual, unsettledFee: 0n, paused: false }, burn)
  return { ...standing, mode: dryRun ? 'on' : 'off' }
}
