import { SparseMap, SparseSet } from '../base/sparse.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import type { BrokerCounts } from './counts.types.ts'

export type OpenTransactions = {
  see(actor: TransactionActor): void
  /** By kind, also those kinds of which none is open any more. */
  read(): BrokerCounts['inFlight']
}

/** Transactions without an outcome, and for how long this process knows them. @param now milliseconds */
export function createOpenTransactions(now: () => number): OpenTransactions {
  const open = new SparseMap<TransactionActor, number>()
  const kinds = new SparseSet<string>()
  return {
    see(actor) {
      const snapshot = actor.getSnapshot()
      kinds.add(snapshot.context.operation)
      if (!snapshot.hasTag('open')) open.delete(actor)
      else if (!open.has(actor)) open.set(actor, now())
    },
    read() {
      const counted = new Map(Array.from(kinds, (kind) => [kind, { kind, count: 0, oldest: 0, unresolved: 0 }]))
      for (const [actor, since] of open) {
        const { operation, hash } = actor.getSnapshot().context
        const entry = counted.get(operation)
        if (!entry) continue
        entry.count += 1
        entry.oldest = Math.max(entry.oldest, (now() - since) / 1_000)
        if (hash === null) entry.unresolved += 1
      }
      return [...counted.values()]
    },
  }
}
