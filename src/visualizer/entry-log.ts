import type { Broker, DryRun, Plan } from '../index.ts'
import { actorUpdateIn, pathOf } from './actors.ts'
import * as changes from './changes.ts'
import { noteActor } from './note-actor.ts'
import { autoDepositIn, autoFundingIn, lifecyclesIn, noteDecisions, notePosition } from './note-position.ts'
import { createNotes, type Notes } from './notes.ts'
import { applyPatch } from './patch.ts'
import type { Entry, State } from './protocol.ts'
import { createServices } from './services.ts'
import { safeMessageOf } from './safe-message.ts'
import { transactionOf } from './views.ts'

export type EntryLogOptions = {
  /** Plans show what would be done if auto-funding were on. */
  dryRun: boolean | DryRun
  /** Called with each entry, in order. */
  onEntry: (entry: Entry) => void
}

export type EntryLog = Pick<Notes, 'state' | 'note'> & {
  /** The state before the first entry. */
  base: State
  /** Notes a reading that failed: before the first position only the stream's status shows it. */
  checkReading(): void
  close(): void
}

/** Follows a broker, and writes an entry for each event. Its subscription keeps the broker reading. */
export function createEntryLog(broker: Broker, { dryRun, onEntry }: EntryLogOptions): EntryLog {
  const base = presentState(broker)
  const notes = createNotes(base, onEntry)
  const services = createServices(broker)
  let plan: Plan | null = null
  const subscriptions = [
    broker.inspections$.subscribe((event) => {
      const update = actorUpdateIn(event)
      if (update) noteActor(notes, update)
    }),
    // The plan comes before its position. A plan without a position follows a failed reading.
    broker.plan$.subscribe((next) => {
      checkReading()
      plan = dryRun ? broker.planAt(next.position, { dryRun }) : next
      noteDecisions(notes, plan)
    }),
    broker.positions$.subscribe((position) => {
      if (plan?.block.number !== position.block.number) return
      // The forecast includes sub-accounts without auto-funding: they are charged as well.
      const forecast = broker.forecastAt(dryRun ? plan : broker.planAt(position, { dryRun: true }))
      notePosition(notes, { broker, services }, plan, forecast)
    }),
  ]

  return {
    base,
    state: notes.state,
    note: notes.note,
    checkReading,
    close() {
      for (const one of subscriptions) one.unsubscribe()
    },
  }

  function checkReading(): void {
    const { failures, error, dropped } = broker.positions$.status
    if (failures === 0 || failures === notes.state().reading.failures) return
    const reading = { failures, error: safeMessageOf(error), dropped }
    notes.note({ kind: 'failure', failures, error: reading.error }, changes.parts({ reading }))
  }
}

/** The state of a broker that is running already. */
function presentState(broker: Broker): State {
  const transactions = broker.transactions().map((actor) => {
    const { value, context } = actor.getSnapshot()
    return changes.transaction(transactionOf(context), { value, edge: null, since: 0 })
  })
  const { value } = broker.ledger.actor.getSnapshot()
  const ledger = changes.parts({ ledgerActor: { value: pathOf(value), edge: null, since: 0 } })
  const blank = changes.emptyState(broker.wallet)
  return applyPatch(
    blank,
    changes.all([ledger, ...lifecyclesIn(broker), ...autoFundingIn(broker), autoDepositIn(broker), ...transactions])(
      blank,
    ),
  )
}
