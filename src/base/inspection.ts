import type { AnyActorRef, InspectionEvent, Observer } from 'xstate'

/** XState's `inspect` option: given to every actor, so that the Stately Inspector and the like can watch. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void)

/** What an actor that begins now is to be made with. */
export type Inspected = () => { inspect?: Inspect }

export type InspectionOptions = {
  /** Asked for when the broker was made. */
  own: Inspect | undefined
  /** Hears everything from when somebody listened first. */
  others: (event: InspectionEvent) => void
  /** Every actor that there is. */
  actors: () => Iterable<AnyActorRef>
}

/** Who watches the actors. XState does more for an actor that is watched, so none is before somebody asks. */
export function createInspection({ own, others, actors }: InspectionOptions) {
  let listened = false
  return {
    inspected: (() => (own || listened ? { inspect: tell } : {})) satisfies Inspected,
    /** Somebody listens: also to actors that began before. */
    begin(): void {
      if (listened) return
      listened = true
      if (!own) for (const actor of actors()) actor.system.inspect(tell)
    },
  }

  function tell(event: InspectionEvent): void {
    if (typeof own === 'function') own(event)
    else own?.next?.(event)
    if (listened) others(event)
  }
}
