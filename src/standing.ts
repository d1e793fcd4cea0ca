import type { Burn } from '../machines/auto-funding/auto-funding.burn.ts'
import { levelsOf } from '../machines/auto-funding/auto-funding.levels.ts'
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
  const cap = policy.maxUnsettledFee ?? max(10n * policy.minLockedBalance, burn.lastHour)
  // A provider's word is not worth more than the cap.
  const demand = {
    minLockedBalance: policy.minLockedBalance,
    unsettledFee: unsettledFee < cap ? unsettledFee : cap,
    burnRate: burn.rate,
  }
  return {
    ...id,
    mode: paused ? 'paused' : 'on',
    ...levelsOf(demand, policy.levels),
    demand,
    priority: policy.priority,
    onPendingRefund: policy.onPendingRefund,
    autoClaim: policy.autoClaim,
    needsApproval: policy.approve !== null,
    anomaly: unsettledFee > cap || burn.jumped,
  }
}

/** One that auto-funding is not on for: graded as if it were, with the usual policy. */
export function defaultStanding(id: SubAccountId, usual: AutoFundingPolicy, burn: Burn, dryRun: boolean): Wanted {
  const standing = standingOf({ id, policy: usual, unsettledFee: 0n, paused: false }, burn)
  return { ...standing, mode: dryRun ? 'on' : 'off' }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
