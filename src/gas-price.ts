import type { Fees } from './chain/port.ts'
import type { Clock } from './clock.ts'

const GOOD_FOR_MS = 300_000

/** What a unit of gas costs at most, in wei, asked for now and then. 0 until it is known. */
export function createGasPrice(fees: () => Promise<Fees>, clock: Clock) {
  let price = 0n
  let askedAt = -Infinity
  return {
    get price() {
      return price
    },
    /** A node that does not tell leaves the last price. */
    async refresh(): Promise<void> {
      if (clock.now() - askedAt < GOOD_FOR_MS) return
      askedAt = clock.now()
      const now = await fees().catch(() => null)
      if (now) price = 'gasPrice' in now ? now.gasPrice : now.maxFeePerGas
    },
  }
}
