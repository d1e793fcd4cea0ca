import type { Broker, Forecast, PendingRefund, Plan } from '../index.ts'
import type { SeatView, WatchedWallet } from './watched.ts'

/** A transaction whose outcome is open. */
export type OpenTransaction = { id: string; operation: string; nonce: number; hash: string | null; hashes: number }

/** What rules look at: all that is known of a wallet at one moment, without asking the node. */
export type Situation = {
  network: string
  wallet: string
  /** The newest plan; null before the first reading, which says nothing about money. */
  plan: Plan | null
  forecast: Forecast | null
  refunds: readonly PendingRefund[]
  /** What the newest reading failed with; null once one succeeds. */
  readingError: Error | null
  /** Block of the newest position; null before the first. */
  block: number | null
  /** Null while this process does not send for the wallet. */
  transactions: readonly OpenTransaction[] | null
  /** The wallet's place in its fleet; null outside one. */
  seat: SeatView | null
  /** Rules of which an alert fires: a figure that wavers about its threshold must not end and begin it again. */
  firing: ReadonlySet<string>
}

/** What a situation is made of beside the wallet. */
export type SituationOptions = {
  network: string
  /** What its newest plan says. */
  planned: Planned
  firing: ReadonlySet<string>
}

/** A plan and what follows from it alone; all null before the first. It is looked at again and again until the next one comes. */
export type Planned = Pick<Situation, 'plan' | 'forecast' | 'refunds'>

export const UNPLANNED: Planned = { plan: null, forecast: null, refunds: [] }

export function plannedOf(broker: Broker, plan: Plan): Planned {
  return { plan, forecast: broker.forecastAt(plan), refunds: broker.standing().refunds }
}

export function situationOf(
  { wallet, broker, seat }: WatchedWallet,
  { network, planned, firing }: SituationOptions,
): Situation {
  const common = { network, wallet, firing, seat }
  // What this process knew of a wallet that another one sends for, or none, is old.
  if (!broker) return { ...common, ...UNPLANNED, readingError: null, block: null, transactions: null }
  const { error, block } = broker.positions$.status
  return {
    ...common,
    ...planned,
    readingError: error,
    block,
    transactions: openTransactionsOf(broker),
  }
}

function openTransactionsOf(broker: Broker): OpenTransaction[] {
  return broker.transactions().flatMap((actor) => {
    const snapshot = actor.getSnapshot()
    if (!snapshot.hasTag('open')) return []
    const { id, operation, nonce, hash, hashes } = snapshot.context
    return [{ id, operation, nonce, hash, hashes: hashes.length }]
  })
}
