import type { Broker, Plan } from '../index.ts'
import { heardIn } from './actors.ts'
import * as changes from './changes.ts'
import { noteActor } from './note-actor.ts'
import { autoFundingIn, lifecyclesIn, noteDecisions, notePosition } from './note-position.ts'
import { createNotes } from './notes.ts'
import { merged } from './patch.ts'
import type { Entry, State } from './protocol.ts'
import { toldOf } from './told.ts'
import { transactionOf } from './views.ts'

export type ChronicleOptions = {
  /** The plans say what would be done if auto-funding were on. */
  dryRun: boolean
  /** Hears each entry, in order. */
  onEntry: (entry: Entry) => void
}

/** Follows a broker, and says in entries what happens to it. Following it keeps the positions coming. */
export function createChronicle(broker: Broker, { dryRun, onEntry }: ChronicleOptions) {
  const base = present(broker)
  const notes = createNotes(base, onEntry)
  let plan: Plan | null = null
  const subscriptions = [
    broker.inspections$.subscribe((event) => {
      const heard = heardIn(event)
      if (heard) noteActor(notes, heard)
    }),
    // Its plan comes before each position; and without one, when the chain could not be read.
    broker.plan$.subscribe((made) => {
      look()
      plan = dryRun ? broker.planAt(made.position, { dryRun }) : made
      noteDecisions(notes, plan)
    }),
    broker.positions$.subscribe(({ block }) => {
      if (plan?.block.number === block.number) notePosition(notes, broker, plan)
    }),
  ]

  return {
    /** As it was before the first entry. */
    base,
    state: notes.state,
    note: notes.note,
    /** Looks whether the chain can still be read: before the first position nothing else tells. */
    look,
    close(): void {
      for (const one of subscriptions) one.unsubscribe()
    },
  }

  function look(): void {
    const { failures, error, dropped } = broker.positions$.status
    if (failures === 0 || failures === notes.state().reading.failures) return
    const reading = { failures, error: toldOf(error), dropped }
    notes.note({ kind: 'failure', failures, error: reading.error }, changes.parts({ reading }))
  }
}

/** What is known of a broker that is running already. */
function present(broker: Broker): State {
  const transactions = broker.transactions().map((actor) => {
    const { value, context } = actor.getSnapshot()
    return changes.transaction(transactionOf(context), { value, edge: null, since: 0 })
  })
  const blank = changes.unknown(broker.wallet)
  return merged(blank, changes.all([...lifecyclesIn(broker), ...autoFundingIn(broker), ...transactions])(blank))
}
