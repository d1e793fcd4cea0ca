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
  /** The newest position, where the chart did not hear of it; null where it did. */
  #unheard: { position: Position; step: ClosingStep | null } | null = null

  constructor(wallet: string, inspected: Inspected) {
    this.#life = begin({ wallet }, { inspected })
  }

  get actor(): LedgerActor {
    return this.#chart().actor
  }

  /**
   * Most positions change amounts alone. A chart that hears the same fact again only records its reading, so while it rests it hears
   * the newest one once something looks at it.
   *
   * @param step what closing does next; null while the ledger is not to be closed
   */
  fold(position: Position, step: ClosingStep | null): void {
    const fact = gradeLedger({ exists: position.ledger !== null, step: position.ledger && step })
    if (position.ledger && fact === this.#ended && this.#life.isResting) {
      this.#unheard = { position, step }
      return
    }
    this.#unheard = null
    for (const event of ledgerFacts(this.#ended, ledgerReadingOf(position, step))) this.#life.send(event)
    this.#ended = fact
  }

  stop(): void {
    this.#chart().stop()
  }

  #chart(): ReturnType<typeof begin> {
    const unheard = this.#unheard
    this.#unheard = null
    if (unheard) this.#life.send({ type: this.#ended, reading: ledgerReadingOf(unheard.position, unheard.step) })
    return this.#life
  }
}
