import type { AutoFundingConfig, Broker, TransactionActor } from '../index.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { Funded } from './config/file.ts'
import { managerOf } from './session/services.ts'

export type Changes = { added: number; removed: number; changed: number }
export type Sum = { topUps: number; paid: bigint }

/** Auto-funding for a list of providers that may change while it is on. */
export type Funding = {
  /** From now on for these: those that are new start, those that are gone stop, and terms that changed hold at once. */
  apply(funded: readonly Funded[]): Changes
  /** Stops all: what was not sent yet is not sent any more. */
  stop(): void
  /** What was done, as far as it is mined by now. */
  sum(): Sum
}

export function openFunding(broker: Broker, approve: AutoFundingConfig['approve'] | null): Funding {
  const on = new Map<string, Funded>()
  const ended: Sum = { topUps: 0, paid: 0n }
  /** Were on their way when their actors were stopped. */
  const underway: TransactionActor[] = []

  return {
    apply(funded) {
      const wanted = new Map(funded.map((one) => [keyOfFunded(one), one]))
      const removed = [...on.values()].filter((one) => !wanted.has(keyOfFunded(one)))
      const added = funded.filter((one) => !on.has(keyOfFunded(one)))
      const changed = funded.filter((one) => termsOf(on.get(keyOfFunded(one))) !== termsOf(one) && !added.includes(one))
      removed.forEach(end)
      ;[...added, ...changed].forEach(start)
      return { added: added.length, removed: removed.length, changed: changed.length }
    },
    stop() {
      ;[...on.values()].forEach(end)
    },
    sum() {
      const mined = underway.map((one) => one.getSnapshot()).filter(({ value }) => value === 'mined')
      return {
        topUps: ended.topUps + mined.length,
        paid: mined.reduce((paid, { context }) => paid + BigInt(context.amount), ended.paid),
      }
    },
  }

  function start(one: Funded): void {
    const { provider, service, terms } = one
    // Shown from the start, whether it exists or not.
    broker.subAccount(provider, service)
    managerOf(broker, service).startAutoFunding(provider, { ...terms, ...(approve && { approve }) })
    on.set(keyOfFunded(one), one)
  }

  /** What it did is told at the end: its actor will be gone. */
  function end(one: Funded): void {
    const manager = managerOf(broker, one.service)
    for (const { topUps, paid } of manager.autoFundingStatus(one.provider)) {
      ended.topUps += topUps
      ended.paid += BigInt(paid)
    }
    underway.push(...broker.transactions().filter((transaction) => isTopUp(transaction, one)))
    manager.stopAutoFunding(one.provider)
    on.delete(keyOfFunded(one))
  }
}

function isTopUp(transaction: TransactionActor, one: Funded): boolean {
  const snapshot = transaction.getSnapshot()
  const { subAccount } = snapshot.context
  return snapshot.hasTag('open') && subAccount !== null && keyOf(subAccount) === keyOfFunded(one)
}

const keyOfFunded = ({ provider, service }: Funded): string => keyOf({ provider, serviceType: service })

/** In the order of their names: it matters to nobody how a file orders them. */
function termsOf(one: Funded | undefined): string {
  return JSON.stringify(Object.entries(one?.terms ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
