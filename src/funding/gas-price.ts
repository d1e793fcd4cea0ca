import type { Fees } from '../chain/port.ts'
import { createCachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'

const GOOD_FOR_MS = 300_000

export type GasPriceOptions = {
  fees: () => Promise<Fees>
  /** Called when the first price arrives after a reading stopped waiting for it. */
  onLate: () => void
  clock: Clock
}

export type GasPrice = {
  /** The most that a unit of gas costs, in wei; null until it is known, and nothing is sent before. */
  readonly price: bigint | null
  /** Asks the node unless its last answer is fresh. A failure leaves the last price. */
  ask(): Promise<void>
  /** The same for a reading, which waits half a second at most. */
  refresh(): Promise<void>
}

/** What a unit of gas costs at most, read from the node every five minutes. */
export function createGasPrice({ fees, onLate, clock }: GasPriceOptions): GasPrice {
  const question = createCachedQuestion({
    query: async () => maximumOf(await fees()),
    goodForMs: () => GOOD_FOR_MS,
    onLate,
    clock,
  })
  return {
    get price() {
      return question.last()
    },
    ask: () =>
      question.ask().then(
        () => undefined,
        () => undefined,
      ),
    refresh: question.refresh,
  }
}

const maximumOf = (fees: Fees): bigint => ('gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas)
