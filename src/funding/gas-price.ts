import type { Fees } from '../chain/port.ts'
import type { Clock } from '../base/clock.ts'
import { withTimeout } from '../base/timeout.ts'

const GOOD_FOR_MS = 300_000
/** A node that takes long over its fees does not hold up the readings. */
const GRACE_MS = 500

export type GasPriceOptions = {
  fees: () => Promise<Fees>
  /** Hears that the first price became known after nobody waited for it any more. */
  onLate: () => void
  clock: Clock
}

/** What a unit of gas costs at most, in wei, asked for now and then. Null until it is known: nothing is sent before. */
export function createGasPrice({ fees, onLate, clock }: GasPriceOptions) {
  let price: bigint | null = null
  let toldAt = -Infinity
  let asking: Promise<void> | null = null

  return {
    get price() {
      return price
    },
    ask,
    /** The same, and waits only so long. */
    async refresh(): Promise<void> {
      if (isFresh()) return
      const isNew = price === null
      const asked = ask()
      try {
        await withTimeout(GRACE_MS, () => asked, clock)
      } catch {
        void asked.then(() => isNew && price !== null && onLate())
      }
    },
  }

  /** Asks, unless it was told of late. A node that does not tell leaves the last price, and is asked again. */
  async function ask(): Promise<void> {
    if (isFresh()) return
    await (asking ??= question().finally(() => (asking = null)))
  }

  function isFresh(): boolean {
    return clock.now() - toldAt < GOOD_FOR_MS
  }

  async function question(): Promise<void> {
    const now = await fees().catch(() => null)
    if (!now) return
    price = 'gasPrice' in now ? now.gasPrice : now.maxFeePerGas
    toldAt = clock.now()
  }
}
