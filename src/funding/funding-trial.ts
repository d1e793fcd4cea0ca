import type { ServiceType } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { toPolicy, type AutoFundingPolicy } from './config/auto-funding-policy.ts'
import type { AutoFundingConfig } from './config/auto-funding-config.ts'

/** A provider that a dry run plans for as if auto-funding were on, with a config of its own. */
export type FundingTrial = {
  provider: string
  serviceType: ServiceType
  /** Left out, the defaults hold. */
  config?: AutoFundingConfig
}

/** The sub-accounts that a dry run plans for, by key. */
export type TriedAccounts = ReadonlyMap<string, { id: SubAccountId; policy: AutoFundingPolicy }>

/** Policies of a dry run, made once for each list: a sub-account is graded anew only for another policy. */
export function createTrials(minLockedBalance: bigint): (trials: readonly FundingTrial[]) => TriedAccounts {
  const known = new WeakMap<readonly FundingTrial[], TriedAccounts>()
  return (trials) => {
    const found = known.get(trials)
    if (found) return found
    const made = new Map(
      trials.map(({ provider, serviceType, config = {} }) => {
        const id = { provider, serviceType }
        return [keyOf(id), { id, policy: toPolicy(config, minLockedBalance) }] as const
      }),
    )
    known.set(trials, made)
    return made
  }
}
