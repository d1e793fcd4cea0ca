import type { Broker } from '../broker.types.ts'
import type { Engine } from './engine.ts'
import { fineTuningManagerOn, inferenceManagerOn, ledgerManagerOn } from './managers.ts'

/** What a caller asks a broker for, made at the first question: of a fleet's wallets most are never asked. */
export class BrokerFaces {
  readonly #engine: Engine
  #ledger: Broker['ledger'] | null = null
  #inference: Broker['inference'] | null = null
  #fineTuning: Broker['fineTuning'] | null = null
  #plan$: Broker['plan$'] | null = null

  constructor(engine: Engine) {
    this.#engine = engine
  }

  get ledger(): Broker['ledger'] {
    return (this.#ledger ??= ledgerManagerOn(this.#engine))
  }

  get inference(): Broker['inference'] {
    return (this.#inference ??= inferenceManagerOn(this.#engine))
  }

  get fineTuning(): Broker['fineTuning'] {
    return (this.#fineTuning ??= fineTuningManagerOn(this.#engine))
  }

  get plan$(): Broker['plan$'] {
    const { plans, positions, cycle } = this.#engine
    return (this.#plan$ ??= plans.follow(positions.positions$, cycle.wantForecast))
  }
}
