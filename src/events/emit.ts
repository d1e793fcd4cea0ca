import type { BrokerEvent, EventHead } from './event.types.ts'

/** An event without its head, each kind by itself. */
export type EventBody = BodyOf<BrokerEvent>
type BodyOf<Event> = Event extends BrokerEvent ? Omit<Event, keyof EventHead> : never

/** Tells an event to every listener, after the reading or the receipt that it comes from has gone through the broker. */
export type Emit = (event: EventBody) => void
