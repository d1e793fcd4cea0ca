import type { ServiceType } from '../../machines/position.types.ts'
import { contractError } from '../base/contract-errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { isZeroAddress, toAddress } from '../chain/address.ts'

/** The sub-account of a wallet with a provider, as callers name it. @throws InvalidInputError, ContractError as `checkPayable` */
export function payableId(provider: string, serviceType: ServiceType, wallet: string): SubAccountId {
  const id = { provider: toAddress(provider, 'provider'), serviceType }
  checkPayable(id, wallet)
  return id
}

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
