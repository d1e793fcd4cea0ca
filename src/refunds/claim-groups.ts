import type { ServiceType } from '../../machines/position.types.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { batchesOf } from './batches.ts'

/**
 * Groups sub-accounts by the retrieve that claims their refunds. Where nothing is free nothing has to be put back: these
 * go together, as many as a batch takes. Each of the others goes alone.
 */
export function claimGroups(
  accounts: readonly (SubAccountId & { available: bigint })[],
  { serviceNames, maxProvidersPerBatch: size }: Pick<Rules, 'serviceNames' | 'maxProvidersPerBatch'>,
): SubAccountId[][] {
  const alone = accounts.filter(({ available }) => available > 0n).map((one) => [one])
  const services = Object.keys(serviceNames) as ServiceType[]
  const together = services.flatMap((type) => {
    const some = accounts.filter((one) => one.serviceType === type && one.available === 0n)
    return batchesOf(some, size)
  })
  return [...alone, ...together]
}
