import { anything, checkOptions, isEither, isBoolean, isObjectOf, type Fields } from '../base/check-options.ts'
import { InvalidInputError } from '../base/errors.ts'
import { toAddress } from '../chain/address.ts'
import { toPolicy } from '../funding/config/auto-funding-policy.ts'
import { toReclaimRule } from '../funding/config/reclaim.ts'
import { toDepositPolicy } from '../funding/config/auto-deposit-config.ts'
import type { FundingTrial } from '../funding/funding-trial.ts'
import type { DryRun } from '../funding/plan.ts'

const fields: Fields<{ dryRun?: boolean | DryRun | undefined }> = {
  // What stands in these is checked below.
  dryRun: isEither(isBoolean, isObjectOf({ autoFunding: anything, autoDeposit: anything, reclaimIdle: anything })),
}

/** A list that was checked, with its addresses in checksummed spelling: the same list gives the same one. */
const known = new WeakMap<readonly FundingTrial[], readonly FundingTrial[]>()

/**
 * Checks what a dry run is asked for, and spells its addresses with their checksums.
 *
 * @throws InvalidInputError for what cannot work, TypeError for an amount that is a number
 */
export function toDryRun(dryRun: boolean | DryRun): boolean | DryRun {
  checkOptions('dryRun', { dryRun }, fields)
  if (typeof dryRun === 'boolean') return dryRun
  const { autoFunding, autoDeposit, reclaimIdle } = dryRun
  toReclaimRule(reclaimIdle)
  if (autoDeposit) {
    const { payerBalance: _, ...config } = autoDeposit
    toDepositPolicy(config)
  }
  return autoFunding === undefined ? dryRun : { ...dryRun, autoFunding: toTrials(autoFunding) }
}

/** For how many seconds back a dry run has to know the use of sub-accounts; 0 without idle money. */
export function longestIdleness({ reclaimIdle, autoFunding = [] }: DryRun): number {
  const rules = [reclaimIdle, ...autoFunding.map(({ config }) => config?.reclaimIdle)].map(toReclaimRule)
  return rules.reduce((longest, rule) => Math.max(longest, rule?.after ?? 0), 0)
}

function toTrials(trials: readonly FundingTrial[]): readonly FundingTrial[] {
  if (!Array.isArray(trials))
    throw new InvalidInputError('autoFunding of a dry run is a list.', {
      do: "pass [{ provider, serviceType: 'inference', config }]",
    })
  const found = known.get(trials)
  if (found) return found
  const checked = trials.map(({ provider, serviceType, config = {} }: FundingTrial): FundingTrial => {
    if (serviceType !== 'inference' && serviceType !== 'fine-tuning')
      throw new InvalidInputError('serviceType of a dry run is inference or fine-tuning.', {
        serviceType: String(serviceType),
      })
    toPolicy(config, 0n)
    return { provider: toAddress(provider, 'provider'), serviceType, config }
  })
  known.set(trials, checked)
  return checked
}
