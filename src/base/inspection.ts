import type { AnyActorRef, InspectionEvent, Observer } from 'xstate'
import { callSafely } from './call-safely.ts'
import type { Logger } from './logger.ts'

/** XState's `inspect` option, passed to every actor: it feeds the Stately Inspector and similar tools. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void)

/** The `inspect` option for an actor that is created now; empty while no inspector is attached. */
export type Inspected = () => { inspect?: Inspect }

export type InspectionOptions = {
  /** The inspector from the broker's options. */
  own: Inspect | undefined
  /** Receives every event from the first subscription to `inspections$` on. */
  others: (event: InspectionEvent) => void
  logger: Logger
}

export type Inspection = {
  inspected: Inspected
  /** Names running actors: a later subscriber inspects them too. */
  include(actors: () => Iterable<AnyActorRef>): void
  /** Starts inspection for a new subscriber, also of actors that already run. */
  begin(): void
}

/** Attaches inspectors to the actors. Inspection costs XState time, so it starts with the first subscriber. */
export function createInspection({ own, others, logger }: InspectionOptions): Inspection {
  let sources: readonly (() => Iterable<AnyActorRef>)[] = []
  let hasFailed = false
  let hasSubscriber = false
  return {
    inspected: () => (own || hasSubscriber ? { inspect: forward } : {}),
    include(actors) {
      // An array that grows by itself takes room for many.
      sources = [...sources, actors]
    },
    begin() {
      if (hasSubscriber) return
      hasSubscriber = true
      if (own) return
      for (const actors of sources) for (const actor of actors()) actor.system.inspect(forward)
    },
  }

  function forward(event: InspectionEvent): void {
    // What it throws would end the reading, or the transaction, that the actor hears of.
    if (own) callSafely(() => (typeof own === 'function' ? own(event) : own.next?.(event)), noteFailure)
    if (hasSubscriber) others(event)
  }

  function noteFailure(error: unknown): void {
    if (!hasFailed) logger.warn({ err: error }, 'the inspector throws: what it misses is lost')
    hasFailed = true
  }
}
