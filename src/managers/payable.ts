import { contractError } from '../base/contract-errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { isZeroAddress } from '../chain/address.ts'

/**
 * Refuses a sub-account that no transfer can open. What follows LedgerManager hides these errors behind CallFailed, or lets
 * pass what is then lost.
 *
 * @throws ContractError for the zero address, and for inference of the wallet itself
 */
export function checkPayable({ provider, serviceType }: SubAccountId, wallet: string): void {
  const operation = 'transferFund'
  if (isZeroAddress(provider))
    throw contractError({ operation, errorName: 'InvalidAddress', errorArgs: { addr: provider } })
  if (provider === wallet && serviceType === 'inference')
    throw contractError({ operation, errorName: 'ProviderCannotBeUser' })
}
