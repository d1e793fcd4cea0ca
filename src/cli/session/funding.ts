import type { AutoFundingConfig, Broker, TransactionActor } from '../../index.ts'
import { keyOf } from '../../base/sub-account-key.ts'
import type { FundedProvider } from '../config/file.ts'
import { managerOf } from './services.ts'

export type Changes = { added: number; removed: number; changed: number }
export type Sum = { topUps: number; paid: bigint }

/** Auto-funding of a list of providers that may change while the process runs. */
export type Funding = {
  /** Funds exactly these providers from now on: starts new ones, stops removed ones, and applies changed terms at once. */
  apply(funded: readonly FundedProvider[]): Changes
  /** Stops auto-funding of all providers. A top-up that was not sent yet is not sent any more. */
  stop(): void
  /** The top-ups that are mined by now. */
  sum(): Sum
}

export function openFunding(broker: Broker, approve: AutoFundingConfig['approve'] | null): Funding {
  const on = new Map<string, FundedProvider>()
  const ended: Sum = { topUps: 0, paid: 0n }
  /** Top-ups that were in flight when their actors were stopped. */
  const inFlight: TransactionActor[] = []

  return {
    apply(funded) {
      const wanted = new Map(funded.map((one) => [keyOfProvider(one), one]))
      const removed = [...on.values()].filter((one) => !wanted.has(keyOfProvider(one)))
      const added = funded.filter((one) => !on.has(keyOfProvider(one)))
      const changed = funded.filter(
        (one) => termsOf(on.get(keyOfProvider(one))) !== termsOf(one) && !added.includes(one),
      )
      removed.forEach(end)
      ;[...added, ...changed].forEach(start)
      return { added: added.length, removed: removed.length, changed: changed.length }
    },
    stop() {
      ;[...on.values()].forEach(end)
    },
    sum() {
      const mined = inFlight.map((one) => one.getSnapshot()).filter(({ value }) => value === 'mined')
      return {
        topUps: ended.topUps + mined.length,
        paid: mined.reduce((paid, { context }) => paid + BigInt(context.amount), ended.paid),
      }
    },
  }

  function start(one: FundedProvider): void {
    const { provider, service, terms } = one
    // The table shows the sub-account from the start, also before it exists.
    broker.subAccount(provider, service)
    managerOf(broker, service).startAutoFunding(provider, { ...terms, ...(approve && { approve }) })
    on.set(keyOfProvider(one), one)
  }

  /** Counts the top-ups of an actor before it is stopped: afterwards the broker does not know them any more. */
  function end(one: FundedProvider): void {
    const manager = managerOf(broker, one.service)
    for (const { topUps, paid } of manager.autoFundingStatus(one.provider)) {
      ended.topUps += topUps
      ended.paid += BigInt(paid)
    }
    inFlight.push(...broker.transactions().filter((transaction) => isTopUp(transaction, one)))
    manager.stopAutoFunding(one.provider)
    on.delete(keyOfProvider(one))
  }
}

function isTopUp(transaction: TransactionActor, one: FundedProvider): boolean {
  const snapshot = transaction.getSnapshot()
  const { subAccount } = snapshot.context
  return snapshot.hasTag('open') && subAccount !== null && keyOf(subAccount) === keyOfProvider(one)
}

const keyOfProvider = ({ provider, service }: FundedProvider): string => keyOf({ provider, serviceType: service })

/** The terms in the order of their names, since a file may order them in any way. */
function termsOf(one: FundedProvider | undefined): string {
  return JSON.stringify(Object.entries(one?.terms ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
