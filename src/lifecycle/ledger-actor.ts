import { createActor, type ActorRefFrom } from 'xstate'
import { gradeLedger, ledgerFacts, ledgerReadingOf } from '../../machines/ledger/ledger.facts.ts'
import { ledgerMachine } from '../../machines/ledger/ledger.machine.ts'
import type { ClosingStep, LedgerFact } from '../../machines/ledger/ledger.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { Inspected } from '../base/inspection.ts'

export type LedgerActor = ActorRefFrom<typeof ledgerMachine>

/** The ledger's lifecycle actor, kept in step with each position. */
export function createLedgerActor(wallet: string, inspected: Inspected) {
  const actor = createActor(ledgerMachine, { input: { wallet }, ...inspected() }).start()
  let ended: LedgerFact = 'ledger.gone'
  return {
    actor,
    /** @param step what closing does next; null while the ledger is not to be closed */
    fold(position: Position, step: ClosingStep | null): void {
      const reading = ledgerReadingOf(position, step)
      for (const event of ledgerFacts(ended, reading)) actor.send(event)
      ended = gradeLedger(reading)
    },
    stop: (): void => void actor.stop(),
  }
}
