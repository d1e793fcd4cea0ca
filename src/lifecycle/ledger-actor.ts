import type { ActorRefFrom } from 'xstate'
import { gradeLedger, ledgerFacts, ledgerReadingOf } from '../../machines/ledger/ledger.facts.ts'
import { ledgerMachine } from '../../machines/ledger/ledger.machine.ts'
import type { ClosingStep, LedgerFact } from '../../machines/ledger/ledger.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { Inspected } from '../base/inspection.ts'
import { restingActorsOf } from './resting-actor.ts'

export type LedgerActor = ActorRefFrom<typeof ledgerMachine>

const begin = restingActorsOf(ledgerMachine)

/** The ledger's lifecycle actor, kept in step with each position. */
export class LedgerLife {
  readonly #life: ReturnType<typeof begin>
  #ended: LedgerFact = 'ledger.gone'

  constructor(wallet: string, inspected: Inspected) {
    this.#life = begin({ wallet }, { inspected })
  }

  get actor(): LedgerActor {
    return this.#life.actor
  }

  /** @param step what closing does next; null while the ledger is not to be closed */
  fold(position: Position, step: ClosingStep | null): void {
    const reading = ledgerReadingOf(position, step)
    for (const event of ledgerFacts(this.#ended, reading)) this.#life.send(event)
    this.#ended = gradeLedger(reading)
  }

  stop(): void {
    this.#life.stop()
  }
}
