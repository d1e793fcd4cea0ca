import type { InspectionEvent, Observer } from 'xstate'

/** XState's `inspect` option: given to every actor, so that the Stately Inspector and the like can watch. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void)

/** Tells whoever asked when the broker was made, and everybody who came later. */
export function inspectAll(own: Inspect | undefined, others: (event: InspectionEvent) => void): Inspect {
  return (event) => {
    if (typeof own === 'function') own(event)
    else own?.next?.(event)
    others(event)
  }
}
