import { createActor, type ActorRefFrom } from 'xstate'
import { gradeLedger, ledgerFacts, ledgerReadingOf } from '../../machines/ledger/ledger.facts.ts'
import { ledgerMachine } from '../../machines/ledger/ledger.machine.ts'
import type { ClosingStep, LedgerFact } from '../../machines/ledger/ledger.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { Inspected } from '../base/inspection.ts'

export type LedgerActor = ActorRefFrom<typeof ledgerMachine>

export type LedgerLifecycle = {
  actor: LedgerActor
  /** @param step what closing does next; null while the ledger is not being closed */
  fold(position: Position, step: ClosingStep | null): void
  stop(): void
}

/** The ledger's lifecycle actor, which hears the facts of each position. */
export function createLedgerLifecycle(wallet: string, inspected: Inspected): LedgerLifecycle {
  const actor = createActor(ledgerMachine, { input: { wallet }, ...inspected() }).start()
  let last: LedgerFact = 'ledger.gone'
  return {
    actor,
    fold(position, step) {
      const reading = ledgerReadingOf(position, step)
      for (const event of ledgerFacts(last, reading)) actor.send(event)
      last = gradeLedger(reading)
    },
    stop: () => void actor.stop(),
  }
}
