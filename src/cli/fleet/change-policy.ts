import { keyOf } from '../../base/sub-account-key.ts'
import type { WalletPolicy } from '../../fleet/index.ts'
import type { AutoFundingConfig, Broker, ServiceType } from '../../index.ts'
import { managerOf } from '../session/services.ts'

/** Whether a broker can go on with another policy: what it counts and claims is set when it is opened. */
export function mayChange(before: WalletPolicy, next: WalletPolicy): boolean {
  const fixed = ({ budget, autoClaim, maxFeePerGas }: WalletPolicy) => textOf([budget, autoClaim, maxFeePerGas])
  return fixed(before) === fixed(next)
}

/**
 * Keeps funded from now on what the next policy names: starts what is new or has other terms, and stops what it does not. Where a start is
 * refused, nothing is stopped, and what was started before it goes back to the policy before.
 *
 * @throws InvalidInputError, LedgerClosingError
 */
export function changePolicy(broker: Broker, before: WalletPolicy, next: WalletPolicy): void {
  const [old, wanted] = [ordersIn(before), ordersIn(next)]
  const goBack: (() => void)[] = []
  try {
    if (next.autoDeposit && textOf(before.autoDeposit) !== textOf(next.autoDeposit)) {
      setAutoDeposit(broker, next)
      goBack.push(() => setAutoDeposit(broker, before))
    }
    for (const [key, order] of wanted) {
      if (textOf(old.get(key)) === textOf(order)) continue
      start(broker, order)
      const earlier = old.get(key)
      goBack.push(() => (earlier ? start(broker, earlier) : stop(broker, order)))
    }
  } catch (error) {
    for (const undo of goBack) undo()
    throw error
  }
  for (const [key, order] of old) if (!wanted.has(key)) stop(broker, order)
  if (before.autoDeposit && !next.autoDeposit) broker.ledger.stopAutoDeposit()
}

type Order = { provider: string; serviceType: ServiceType; config: AutoFundingConfig }

function start(broker: Broker, { provider, serviceType, config }: Order): void {
  managerOf(broker, serviceType).startAutoFunding(provider, config)
}

function stop(broker: Broker, { provider, serviceType }: Order): void {
  managerOf(broker, serviceType).stopAutoFunding(provider)
}

function setAutoDeposit({ ledger }: Broker, { autoDeposit }: WalletPolicy): void {
  if (autoDeposit) ledger.startAutoDeposit(autoDeposit)
  else ledger.stopAutoDeposit()
}

function ordersIn({ autoFunding = [] }: WalletPolicy): ReadonlyMap<string, Order> {
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
