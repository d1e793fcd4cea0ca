import { contractRefusal } from '../base/contract-refusals.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { AutoFunding } from '../funding/auto-funding.ts'
import type { AutoFundingConfig } from '../funding/config/auto-funding-config.ts'
import { toPolicy } from '../funding/config/auto-funding-policy.ts'
import { sharedPolicy } from '../funding/config/shared-policy.ts'
import { checkIdleness } from '../funding/config/reclaim.ts'
import type { FundedAccount } from '../funding/funded-accounts.ts'

export type StartOptions = {
  rules: Pick<Rules, 'serviceNames' | 'lockTimes'>
  minLockedBalance: bigint
  autoFunding: Pick<AutoFunding, 'start'>
}

export type StartAutoFunding = (id: SubAccountId, config: AutoFundingConfig) => FundedAccount

/**
 * Starts auto-funding of a sub-account by a config, as a caller gives it or the policy of a fleet.
 *
 * @throws InvalidInputError for a config that cannot work, ContractError where the network has no such service, LedgerClosingError
 */
export function startAutoFunding(
  id: SubAccountId,
  config: AutoFundingConfig,
  { rules: { serviceNames, lockTimes }, minLockedBalance, autoFunding }: StartOptions,
): FundedAccount {
  if (serviceNames[id.serviceType] === undefined)
    throw contractRefusal({ operation: 'startAutoFunding', errorName: 'ServiceNotFound' })
  const policy = sharedPolicy(toPolicy(config, minLockedBalance))
  checkIdleness(id, policy.reclaim, lockTimes[id.serviceType] ?? 0)
  return autoFunding.start(id, policy)
}
