import { NotSentError, type Broker } from '../index.ts'
import { errorOf } from './store.ts'

export type ActionState<Result> =
  | { status: 'idle' | 'pending'; receipt: undefined; error: null }
  | { status: 'success'; receipt: Result; error: null }
  | { status: 'error'; receipt: undefined; error: Error }

export const IDLE = { status: 'idle', receipt: undefined, error: null } as const
const WORKING = { status: 'pending', receipt: undefined, error: null } as const

/** One action of a page, single-flight: while it works, each further call gets the promise of the first one. */
export type Action<Result> = {
  /** Its state for a broker: what was done with another one is another wallet's. */
  state(broker: Broker | null): ActionState<Result>
  subscribe(listener: () => void): () => void
  /** Resolves with undefined where it fails: the state has the error. */
  run(broker: Broker | null, work: (broker: Broker) => Promise<Result>): Promise<Result | undefined>
  reset(): void
}

export function createAction<Result>(): Action<Result> {
  const listeners = new Set<() => void>()
  let shown: { broker: Broker | null; state: ActionState<Result> } = { broker: null, state: IDLE }
  let flight: { broker: Broker; result: Promise<Result | undefined> } | null = null

  return {
    state: (broker) => (shown.broker === broker ? shown.state : IDLE),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    run(broker, work) {
      if (!broker) {
        show(null, { status: 'error', receipt: undefined, error: noBroker() })
        return Promise.resolve(undefined)
      }
      if (flight?.broker === broker) return flight.result
      show(broker, WORKING)
      const result = settle(broker, work)
      flight = { broker, result }
      return result
    },
    reset() {
      if (shown.state.status !== 'pending') show(null, IDLE)
    },
  }

  async function settle(broker: Broker, work: (broker: Broker) => Promise<Result>): Promise<Result | undefined> {
    try {
      const receipt = await begin(work, broker)
      end(broker, { status: 'success', receipt, error: null })
      return receipt
    } catch (error) {
      end(broker, { status: 'error', receipt: undefined, error: errorOf(error) })
      return undefined
    }
  }

  function end(broker: Broker, outcome: ActionState<Result>): void {
    if (flight?.broker !== broker) return
    flight = null
    show(broker, outcome)
  }

  function show(broker: Broker | null, state: ActionState<Result>): void {
    shown = { broker, state }
    for (const listener of listeners) listener()
  }
}

/** What throws at once fails as a promise does: after `run` has noted it. */
async function begin<Result>(work: (broker: Broker) => Promise<Result>, broker: Broker): Promise<Result> {
  return work(broker)
}

function noBroker(): NotSentError {
  return new NotSentError('No broker is open yet.', { do: 'wait until useBroker() has one' })
}
