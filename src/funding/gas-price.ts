import type { Fees } from '../chain/port.ts'
import { createCachedQuestion, type CachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Pending } from '../base/pending.ts'
import { capExcess } from '../transactions/fee-cap.policy.ts'

const GOOD_FOR_MS = 300_000
/** A spike is over soon: until then the node is asked more often. */
const HIGH_GOOD_FOR_MS = 15_000

export type GasPriceOptions = {
  fees: () => Promise<Fees>
  /** Above this the lane sends nothing, in wei. */
  ceiling: bigint
  /** Called when the first price arrives after a reading stopped waiting for it. */
  onLate: () => void
  clock: Clock
}

export type GasPrice = {
  /** The most that a unit of gas costs, in wei; null until it is known, and nothing is sent before. */
  readonly price: bigint | null
  /** The chain asks for more than the ceiling. */
  readonly isHigh: boolean
  /** Asks the node unless its last answer is fresh. A failure leaves the last price. */
  ask(): Promise<void>
  /** The same for a reading, which waits half a second at most; null where the last answer is fresh. */
  refresh(): Pending
}

/** What a unit of gas costs at most, read from the node every five minutes. */
export function createGasPrice(options: GasPriceOptions): GasPrice {
  return new ReadGasPrice(options)
}

type Answer = { price: bigint; isHigh: boolean }

class ReadGasPrice implements GasPrice {
  readonly #question: CachedQuestion<Answer>

  constructor({ fees, ceiling, onLate, clock }: GasPriceOptions) {
    const query = async (): Promise<Answer> => {
      const asked = await fees()
      return { price: maximumOf(asked), isHigh: capExcess(asked, ceiling) !== null }
    }
    this.#question = createCachedQuestion({ query, goodForMs, onLate, clock })
  }

  get price(): bigint | null {
    return this.#question.last()?.price ?? null
  }

  get isHigh(): boolean {
    return this.#question.last()?.isHigh ?? false
  }

  ask(): Promise<void> {
    return this.#question.ask().then(
      () => undefined,
      () => undefined,
    )
  }

  refresh(): Pending {
    return this.#question.refresh()
  }
}

const goodForMs = ({ isHigh }: Answer): number => (isHigh ? HIGH_GOOD_FOR_MS : GOOD_FOR_MS)

const maximumOf = (fees: Fees): bigint => ('gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas)
