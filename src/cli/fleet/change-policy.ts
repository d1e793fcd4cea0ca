import { keyOf } from '../../base/sub-account-key.ts'
import type { WalletPolicy } from '../../fleet/index.ts'
import type { Broker } from '../../index.ts'
import { managerOf } from '../session/services.ts'

/** Whether a broker can go on with another policy: what it counts and claims is set when it is opened. */
export function mayChange(before: WalletPolicy, next: WalletPolicy): boolean {
  const fixed = ({ budget, autoClaim, maxFeePerGas }: WalletPolicy) => textOf([budget, autoClaim, maxFeePerGas])
  return fixed(before) === fixed(next)
}

/**
 * Keeps funded from now on what the next policy names: starts what is new or has other terms, and stops what it does not. Where a start is
 * refused, nothing is stopped.
 *
 * @throws InvalidInputError, LedgerClosingError
 */
export function changePolicy(broker: Broker, before: WalletPolicy, next: WalletPolicy): void {
  const [old, wanted] = [ordersIn(before), ordersIn(next)]
  for (const [key, { provider, serviceType, config }] of wanted)
    if (textOf(old.get(key)) !== textOf({ provider, serviceType, config }))
      managerOf(broker, serviceType).startAutoFunding(provider, config)
  for (const [key, { provider, serviceType }] of old)
    if (!wanted.has(key)) managerOf(broker, serviceType).stopAutoFunding(provider)
  if (textOf(before.autoDeposit) === textOf(next.autoDeposit)) return
  if (next.autoDeposit) broker.ledger.startAutoDeposit(next.autoDeposit)
  else broker.ledger.stopAutoDeposit()
}

function ordersIn({ autoFunding = [] }: WalletPolicy) {
  return new Map(
    autoFunding.map(({ provider, serviceType = 'inference', config = {} }) => [
      keyOf({ provider, serviceType }),
      { provider, serviceType, config },
    ]),
  )
}

/** The same text for the same terms: a file may have their fields in any order. */
export function textOf(terms: unknown): string {
  return JSON.stringify(terms ?? null, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
