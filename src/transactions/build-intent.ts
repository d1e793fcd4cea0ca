import type { ServiceType } from '../../machines/position.types.ts'
import type { Call, Rules } from '../chain/port.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from './intent.ts'

/** An intent that funds no sub-account. Amounts in wei. */
export function intentOf(call: Call, money: { amount?: bigint; fromLedger?: bigint } = {}): Intent {
  const { amount = 0n, fromLedger = 0n } = money
  return { call, subAccount: null, touches: [], decidedAt: null, amount, fromLedger }
}

/**
 * An intent to transfer from the ledger to a sub-account.
 *
 * @param more.decidedAt when auto-funding decided on it, in seconds of block time
 * @param more.asOf block of the position that it rests on
 * @param more.pendingRefund refunds pending there: the contract takes from them first
 * @throws ContractError where the network has no such service
 */
export function transferIntent(
  { provider, serviceType }: SubAccountId,
  amount: bigint,
  { serviceNames }: Rules,
  {
    decidedAt = null,
    asOf,
    pendingRefund = 0n,
  }: Pick<Partial<Intent>, 'decidedAt'> & { asOf?: number | undefined; pendingRefund?: bigint } = {},
): Intent {
  const id = { provider, serviceType }
  const name = serviceNames[serviceType]
  if (name === undefined) throw contractRefusal({ operation: 'transferFund', errorName: 'ServiceNotFound' })
  return {
    call: { contract: 'ledger', method: 'transferFund', args: [provider, name, amount] },
    subAccount: id,
    touches: [id],
    decidedAt,
    ...(asOf !== undefined && { asOf }),
    amount,
    fromLedger: amount > pendingRefund ? amount - pendingRefund : 0n,
  }
}

/** An intent that has the contract lock what is free in these sub-accounts, and claim what is unlocked. */
export function retrieveIntent(providers: readonly string[], serviceType: ServiceType, name: string): Intent {
  return {
    ...intentOf({ contract: 'ledger', method: 'retrieveFund', args: [providers, name] }),
    touches: providers.map((provider) => ({ provider, serviceType })),
  }
}

/** The same in another version of the service: it changes none of the sub-accounts that are known by their service type. */
export const elsewhere = (intent: Intent): Intent => ({ ...intent, touches: [] })
