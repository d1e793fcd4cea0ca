import type { ServiceType, Settlements } from '../../machines/position.types.ts'
import { keyOf } from './sub-account-key.ts'

type Account = { provider: string; serviceType: ServiceType }

/** An event of the contracts about one wallet. Amounts in wei, `at` in seconds of block time, `transaction` its hash. */
export type WalletEvent = { transaction: string; service: string } & (
  | { name: 'FundSpent'; amount: bigint }
  | (Account & { name: 'BalanceUpdated'; at: number; balance: bigint; pendingRefund: bigint })
  | (Account & { name: 'RefundRequested' })
)

type BalanceUpdated = Extract<WalletEvent, { name: 'BalanceUpdated' }>

/**
 * What the contracts' events say of a wallet's sub-accounts, in the order of the chain: charges, payments and openings.
 *
 * A charge is two events of one transaction: the ledger emits the amount, and right after it the service emits the
 * sub-account. Any other change of a balance is a transfer or a claim, and `isPayment` tells them apart.
 */
export function settlementsIn(events: readonly WalletEvent[]): Pick<Settlements, 'settled' | 'opened' | 'paid'> {
  const settled: Settlements['settled'][number][] = []
  const paid: Settlements['paid'][number][] = []
  const opened = new Map<string, Settlements['opened'][number] | null>()
  const balances = new Map<string, bigint>()
  for (const [index, event] of events.entries()) {
    if (event.name !== 'BalanceUpdated') continue
    const { provider, serviceType, at } = event
    const key = keyOf(event)
    const charge = chargeBefore(event, events[index - 1])
    if (!opened.has(key)) opened.set(key, charge === null ? { provider, serviceType, at } : null)
    if (charge === null && isPayment(event, events[index + 1], balances.get(key)))
      paid.push({ provider, serviceType, at })
    if (charge !== null && charge > 0n) settled.push({ provider, serviceType, amount: charge, at })
    balances.set(key, event.balance)
  }
  return { settled, paid, opened: [...opened.values()].filter((one) => one !== null) }
}

/** What the provider was paid by the transaction of this event; null where it is no charge. */
function chargeBefore({ transaction, service }: BalanceUpdated, before: WalletEvent | undefined): bigint | null {
  const isCharge = before?.name === 'FundSpent' && before.transaction === transaction && before.service === service
  return isCharge ? before.amount : null
}

/**
 * Whether an event other than a charge brought money into the sub-account. A transfer takes from a pending refund first,
 * so while a refund is left after it, nothing came in. Before the first known balance a retrieve is told by its request,
 * which follows in the same transaction, and by nothing that is left.
 */
function isPayment(event: BalanceUpdated, next: WalletEvent | undefined, before: bigint | undefined): boolean {
  const { balance, pendingRefund, transaction } = event
  if (pendingRefund > 0n) return false
  if (before !== undefined) return balance > before
  const isRetrieve =
    next?.name === 'RefundRequested' && next.transaction === transaction && keyOf(next) === keyOf(event)
  return balance > 0n && !isRetrieve
}
