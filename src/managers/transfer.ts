import type { Position } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { toWei, type Amount } from '../base/amounts.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { toAddress } from '../chain/address.ts'
import type { Rules } from '../chain/port.ts'
import { resolveService, type ServiceName } from '../chain/service-name.ts'
import type { Payees } from '../provider/payees.ts'
import { transferIntent } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'
import { checkPayable } from './payable.ts'

export type TransferOptions = {
  wallet: string
  rules: Rules
  read: (signal?: AbortSignal) => Promise<Position>
  /** The check of who is paid. */
  payees: Pick<Payees, 'refusalOf'>
  submit: (intent: Intent, options?: SendingOptions) => Promise<Receipt>
}

/** @throws ServiceNotOfferedError, ReadError where the services of the address cannot be read */
export type Transfer = (
  to: { provider: string; serviceType: ServiceName },
  amount: Amount,
  options: SendingOptions & { force?: boolean },
) => Promise<Receipt>

/** Moves money from the ledger to a sub-account that a caller names. */
export function createTransfer({ wallet, rules, read, payees, submit }: TransferOptions): Transfer {
  return async (to, amount, { force = false, signal, onSent }) => {
    const wei = toWei(amount)
    const { serviceType } = resolveService(to.serviceType, rules)
    const id = { provider: toAddress(to.provider, 'provider'), serviceType }
    checkPayable(id, wallet)
    const intent = transferIntent(id, wei, rules)
    if (!force && wei > 0n) await checkPayee(id, wei)
    return submit(intent, { signal, onSent })
  }

  /** What a pending refund covers does not leave the ledger: a refund can be cancelled also where the provider has left. */
  async function checkPayee(id: SubAccountId, amount: bigint): Promise<void> {
    const refusal = await payees.refusalOf(id)
    if (!refusal) return
    const account = subAccountIn(await read(), id)
    if (amount > (account?.pendingRefund ?? 0n)) throw refusal
  }
}
