import type { Broker } from '../../index.ts'
import { printJson } from './terminal.ts'

/** Prints each event of a broker as a line of JSON; the event says which version of its form it has. */
export function printEvents(broker: Broker): Disposable {
  const subscription = broker.events$.subscribe((event) => printJson({ type: 'event', event }))
  return { [Symbol.dispose]: () => subscription.unsubscribe() }
}
