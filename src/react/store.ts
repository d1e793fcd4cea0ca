import type { Broker, Plan, Position } from '../index.ts'
import { aged, fresh, PENDING, type Reading } from './reading.ts'
import { viewOf, type TransactionView } from './transaction-view.ts'

/** What components show. Every change makes a new object. */
export type LedgerState = {
  broker: Broker | null
  opening: 'idle' | 'opening' | 'open' | 'error'
  /** Why no broker could be opened. */
  openingError: Error | null
  position: Reading<Position>
  plan: Reading<Plan>
  transactions: readonly TransactionView[]
}

/** What a component follows. Positions and plans are read only while one does. */
export type Topic = 'broker' | 'position' | 'plan' | 'transactions'

/** The external store of one provider: it follows a broker for the components below. */
export type LedgerStore = {
  state(): LedgerState
  /** What a server renders, and a browser before it has hydrated. */
  serverState(): LedgerState
  subscribe(topic: Topic, listener: () => void): () => void
  /** Follows a broker, until the returned function is called. */
  attach(broker: Broker): () => void
  opening(): void
  failed(error: Error): void
}

type Stop = { unsubscribe(): void }

export function createLedgerStore(initial: Position | null): LedgerStore {
  const position = initial ? aged(fresh(initial)) : PENDING
  const first: LedgerState = {
    broker: null,
    opening: 'idle',
    openingError: null,
    position,
    plan: PENDING,
    transactions: [],
  }
  const listeners = new Map<Topic, Set<() => void>>()
  const following = new Map<Topic, Stop[]>()
  let state = first
  /** Whose data the state holds: that of another wallet or chain is not kept. */
  let shown = initial ? `${initial.wallet.address}@` : null

  return {
    state: () => state,
    serverState: () => first,
    subscribe(topic, listener) {
      const those = listeners.get(topic) ?? new Set()
      listeners.set(topic, those.add(listener))
      follow(topic)
      return () => {
        those.delete(listener)
        if (those.size === 0) unfollow(topic)
      }
    },
    attach(broker) {
      const key = `${broker.wallet}@${broker.network.chainId}`
      const isSame = shown !== null && key.startsWith(shown)
      shown = key
      const kept = isSame
        ? { position: aged(state.position), plan: aged(state.plan) }
        : { position: PENDING, plan: PENDING }
      update({ broker, opening: 'open', openingError: null, transactions: viewsOf(broker), ...kept })
      for (const [topic, those] of listeners) if (those.size > 0) follow(topic)
      return () => {
        for (const topic of following.keys()) unfollow(topic)
        update({ broker: null, opening: 'idle', position: aged(state.position), plan: aged(state.plan) })
      }
    },
    opening: () => update({ opening: 'opening', openingError: null }),
    failed(error) {
      const { position, plan } = state
      update({ opening: 'error', openingError: error, position: aged(position, error), plan: aged(plan, error) })
    },
  }

  function update(change: Partial<LedgerState>): void {
    state = { ...state, ...change }
    for (const those of listeners.values()) for (const listener of those) listener()
  }

  function follow(topic: Topic): void {
    const { broker } = state
    if (!broker || topic === 'broker' || following.has(topic)) return
    following.set(topic, subscriptionsTo(broker, topic))
  }

  function subscriptionsTo(broker: Broker, topic: Exclude<Topic, 'broker'>): Stop[] {
    if (topic === 'transactions')
      return [broker.transactions$.subscribe(() => update({ transactions: viewsOf(broker) }))]
    const failed = (error: Error | null): void => update({ [topic]: aged<Position | Plan>(state[topic], error) })
    const outage = broker.events$.subscribe(({ type }) => {
      if (type === 'reading.stale') failed(broker.positions$.status.error)
    })
    const readings =
      topic === 'plan'
        ? broker.plan$.subscribe((plan) => seePlan(plan, broker.positions$.status.error))
        : broker.positions$.subscribe((position) => update({ position: fresh(position) }))
    // The stream tells no failure of the first reading: this joins it.
    if (state[topic].data === undefined)
      broker.position().catch((error: unknown) => {
        if (state.broker === broker && state[topic].data === undefined) failed(errorOf(error))
      })
    return [readings, outage]
  }

  /** After a reading that failed the last position is planned for anew. */
  function seePlan(plan: Plan, error: Error | null): void {
    const isNew = plan.position !== state.plan.data?.position
    if (isNew || error === null) update({ plan: fresh(plan) })
    else if (state.plan.status === 'stale') update({ plan: aged(fresh(plan), error) })
  }

  function unfollow(topic: Topic): void {
    for (const stop of following.get(topic) ?? []) stop.unsubscribe()
    following.delete(topic)
  }
}

export function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function viewsOf(broker: Broker): readonly TransactionView[] {
  return broker.transactions().map(viewOf)
}
