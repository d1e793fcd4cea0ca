import { networkName, type Broker, type Forecast, type PendingRefund, type Plan } from '../index.ts'

/** A transaction whose outcome is open. */
export type OpenTransaction = { id: string; operation: string; nonce: number; hash: string | null; hashes: number }

/** What rules look at: all that a broker knows at one moment, without asking the node. */
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
  transactions: readonly OpenTransaction[]
  /** Rules of which an alert fires: a figure that wavers about its threshold must not end and begin it again. */
  firing: ReadonlySet<string>
}

export function situationOf(broker: Broker, plan: Plan | null, firing: ReadonlySet<string>): Situation {
  const { error, block } = broker.positions$.status
  return {
    network: networkName(broker.network),
    wallet: broker.wallet,
    plan,
    forecast: plan && broker.forecastAt(plan),
    refunds: plan ? broker.ledger.refundsAt(plan.position) : [],
    firing,
    readingError: error,
    block,
    transactions: broker.transactions().flatMap((actor) => {
      const snapshot = actor.getSnapshot()
      if (!snapshot.hasTag('open')) return []
      const { id, operation, nonce, hash, hashes } = snapshot.context
      return [{ id, operation, nonce, hash, hashes: hashes.length }]
    }),
  }
}
