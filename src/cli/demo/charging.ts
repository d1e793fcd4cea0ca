import { randomInt } from 'node:crypto'
import { keyOf } from '../../base/sub-account-key.ts'
import type { PositionView } from '../screen/view.ts'
import type { DemoEnvironment, DemoProvider } from './environment.ts'

export type Charge = { provider: string; serviceType: DemoProvider['serviceType']; fee: bigint; blockNumber: number }

export type Charging = {
  /** Lets every provider charge that may do so at this position. */
  onPosition(view: PositionView): void
  /** Resolves after the last charge, with its block. */
  stop(): Promise<number>
}

export type ChargingOptions = {
  providers: readonly DemoProvider[]
  user: string
  sleep: DemoEnvironment['sleep']
  onCharge: (charge: Charge) => void
  onFailure: (error: unknown) => void
}

const PAUSE_MS = { from: 200, to: 1_500 }
/** In 10^-9 OG: from 0.05 to 1.2 OG. */
const FEE = { from: 50_000_000, to: 1_200_000_000 }
const GIGA = 10 ** 9

/**
 * Providers that charge the user at random, each on its own. Like real ones they stop serving a user with less available
 * than is required: after a charge they wait for the top-up.
 */
export function startCharging({ providers, user, sleep, onCharge, onFailure }: ChargingOptions): Charging {
  const charging = new Map<DemoProvider, Promise<void>>()
  const chargedAt = new Map<DemoProvider, number>()
  const stopped = new AbortController()

  return {
    onPosition({ position, accounts }) {
      for (const provider of providers) {
        const key = keyOf({ provider: provider.address, serviceType: provider.serviceType })
        const account = accounts.find((one) => keyOf(one) === key)
        const isOutdated = position.block.number < (chargedAt.get(provider) ?? 0)
        if (stopped.signal.aborted || charging.has(provider) || isOutdated || !account?.spendable) continue
        charging.set(
          provider,
          charge(provider)
            .catch(onFailure)
            .then(() => void charging.delete(provider)),
        )
      }
    },
    async stop() {
      stopped.abort()
      await Promise.all(charging.values())
      return Math.max(0, ...chargedAt.values())
    },
  }

  async function charge(provider: DemoProvider): Promise<void> {
    const pause = randomInt(PAUSE_MS.from, PAUSE_MS.to)
    await sleep(pause, stopped.signal)
    if (stopped.signal.aborted) return
    const fee = BigInt(randomInt(FEE.from, FEE.to)) * BigInt(GIGA) + BigInt(randomInt(GIGA))
    const { blockNumber } = await provider.settle(user, fee)
    chargedAt.set(provider, blockNumber)
    onCharge({ provider: provider.address, serviceType: provider.serviceType, fee, blockNumber })
  }
}
