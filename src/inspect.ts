import type { InspectionEvent, Observer } from 'xstate'

/** XState's `inspect` option: given to every actor, so that the Stately Inspector and the like can watch. */
export type Inspect = Observer<InspectionEvent> | ((event: InspectionEvent) => void)
