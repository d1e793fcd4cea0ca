import { createBroker, type Broker, type BrokerOptions } from '../index.ts'
import { errorOf, type LedgerStore } from './store.ts'

/** Opens the brokers of one provider, one after the other: each needs the journal that the one before gives back. */
export type Opener = {
  /** Opens a broker for the store. @returns the function that closes it */
  open(options: BrokerOptions): () => void
}

export function createOpener(store: LedgerStore): Opener {
  let before: Promise<unknown> = Promise.resolve()

  return {
    open(options) {
      const ending = new AbortController()
      const signals = [ending.signal, ...(options.signal ? [options.signal] : [])]
      let detach = (): void => undefined
      store.opening()
      const opened = before.then(() => createBroker({ ...options, signal: AbortSignal.any(signals) }))
      const isOver = opened.then(
        (broker) => {
          if (!ending.signal.aborted) detach = store.attach(broker)
          return broker
        },
        (error: unknown) => {
          if (!ending.signal.aborted) store.failed(errorOf(error))
          return null
        },
      )
      return () => {
        ending.abort()
        detach()
        before = isOver.then(close)
      }
    },
  }
}

/** A broker that does not close in order is none that the next one waits for. */
async function close(broker: Broker | null): Promise<void> {
  await broker?.close().catch(() => undefined)
}
