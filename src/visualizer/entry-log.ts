import type { Broker, Plan } from '../index.ts'
import { heardIn, pathOf } from './actors.ts'
import * as changes from './changes.ts'
import { noteActor } from './note-actor.ts'
import { autoFundingIn, lifecyclesIn, noteDecisions, notePosition } from './note-position.ts'
import { createNotes } from './notes.ts'
import { merged } from './patch.ts'
import type { Entry, State } from './protocol.ts'
import { createServices } from './services.ts'
import { safeMessageOf } from './safe-message.ts'
import { transactionOf } from './views.ts'

export type EntryLogOptions = {
  /** The plans say what would be done if auto-funding were on. */
  dryRun: boolean
  /** Hears each entry, in order. */
  onEntry: (entry: Entry) => void
}

/** Follows a broker, and says in entries what happens to it. Following it keeps the positions coming. */
export function createEntryLog(broker: Broker, { dryRun, onEntry }: EntryLogOptions) {
  const base = present(broker)
  const notes = createNotes(base, onEntry)
  const services = createServices(broker)
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
    broker.positions$.subscribe((position) => {
      if (plan?.block.number !== position.block.number) return
      // Money runs out wherever it is charged, also where nobody keeps it funded.
      const forecast = broker.forecastAt(dryRun ? plan : broker.planAt(position, { dryRun: true }))
      notePosition(notes, { broker, services }, plan, forecast)
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
    const reading = { failures, error: safeMessageOf(error), dropped }
    notes.note({ kind: 'failure', failures, error: reading.error }, changes.parts({ reading }))
  }
}

/** What is known of a broker that is running already. */
function present(broker: Broker): State {
  const transactions = broker.transactions().map((actor) => {
    const { value, context } = actor.getSnapshot()
    return changes.transaction(transactionOf(context), { value, edge: null, since: 0 })
  })
  const { value } = broker.ledger.actor.getSnapshot()
  const ledger = changes.parts({ ledgerActor: { value: pathOf(value), edge: null, since: 0 } })
  const blank = changes.unknown(broker.wallet)
  return merged(blank, changes.all([ledger, ...lifecyclesIn(broker), ...autoFundingIn(broker), ...transactions])(blank))
}
