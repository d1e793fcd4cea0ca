import {
  budgetLeft,
  demandOf,
  levelsOf,
  limitsAt,
  type Burn,
  type PlanInput,
  type ReclaimStanding,
  type Standing,
} from '../../../machines/index.ts'
import { toWei } from '../../base/amounts.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import { toPolicy, type AutoFundingPolicy, type Position } from '../../index.ts'
import type { FundingConfig } from '../config/file.ts'
import type { Terms } from '../config/terms.ts'
import { unsettledFeeIn, type PlanConditions } from './plan-conditions.ts'

/** What live providers want to see locked, where a recording does not say. */
const USUAL_MINIMUM = 10n ** 18n

/** A sub-account that the policy keeps funded. */
export type FundedAccount = SubAccountId & {
  policy: AutoFundingPolicy
  /** What the policy says of the provider's minimum; null where the recording says it, or nothing does. */
  minimum: bigint | null
}

/** A top-up that the policy decided on, and when, in seconds of block time. */
export type Payment = { key: string; amount: bigint; at: number }

/** The sub-accounts that the policy keeps funded: those that it names, or else all of the recording. */
export function fundedAccountsIn(
  { providers, defaults }: FundingConfig,
  recorded: readonly Position[],
): FundedAccount[] {
  if (providers)
    return providers.map(({ provider, service, terms }) => fundedAccount({ provider, serviceType: service }, terms))
  const all = recorded.flatMap(({ subAccounts }) => subAccounts)
  return [...new Map(all.map((one) => [keyOf(one), one])).values()].map((one) => fundedAccount(one, defaults))
}

/** The policy is checked without a minimum: that is known at each position only, as a recording may change it. */
function fundedAccount({ provider, serviceType }: SubAccountId, terms: Terms): FundedAccount {
  const { minLockedBalance: _, ...others } = terms
  return { provider, serviceType, policy: toPolicy(others, 0n), minimum: minimumIn(terms) }
}

export function minimumIn({ minLockedBalance }: Terms): bigint | null {
  return minLockedBalance === undefined ? null : toWei(minLockedBalance)
}

/** What the provider of an account wants to see locked. */
export function minimumAt(minimum: bigint | null, recorded: PlanConditions): bigint {
  return minimum ?? recorded.minLockedBalance ?? USUAL_MINIMUM
}

export type Known = {
  burn: Burn
  /** Those to this sub-account. */
  payments: readonly Payment[]
  now: number
  recorded: PlanConditions
  reclaim: ReclaimStanding | null
}

/** One sub-account as the plan takes it, and as the broker would state it. */
export function standingOf(account: FundedAccount, { burn, payments, now, recorded, reclaim }: Known): Standing {
  const { provider, serviceType, policy, minimum } = account
  const { demand, anomaly } = demandOf({
    minLockedBalance: minimumAt(minimum, recorded),
    unsettledFee: policy.unsettledFee === null ? 0n : unsettledFeeIn(recorded, account),
    maxUnsettledFee: policy.maxUnsettledFee,
    burn,
    jump: policy.jump,
  })
  return {
    provider,
    serviceType,
    mode: 'on',
    ...levelsOf(demand, policy.levels),
    demand,
    priority: policy.priority,
    limits: limitsAt(policy, () => payments, now),
    sizing: policy.sizing,
    reserveIsSoft: policy.reserveIsSoft,
    onPendingRefund: policy.onPendingRefund,
    needsApproval: false,
    registered: true,
    anomaly,
    inFlight: false,
    unresolved: false,
    settledFrom: null,
    failure: null,
    // The refund of idle money comes home without a call.
    autoClaim: policy.autoClaim || policy.reclaim !== null,
    reclaim,
  }
}

/** What the plan takes of the wallet: nothing is in flight. */
export function walletConditions(
  { minTransfer, gasReserve }: PlanConditions,
  { budget, payments, now }: { budget: AutoFundingPolicy['budget']; payments: readonly Payment[]; now: number },
) {
  return {
    inFlightFromLedger: 0n,
    minTransfer,
    gasReserve: gasReserve ?? 0n,
    isStale: false,
    budgetLeft: budgetLeft(budget, () => payments, now),
  } satisfies Partial<PlanInput>
}
