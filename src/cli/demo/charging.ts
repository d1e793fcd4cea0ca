import { randomInt } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { keyOf } from '../../base/sub-account-key.ts'
import type { PositionView } from '../screen/view.ts'
import type { DemoEnvironment, DemoProvider } from './environment.ts'

export type Charge = {
  provider: string
  serviceType: DemoProvider['serviceType']
  name: string
  fee: bigint
  blockNumber: number
  /** Much more than usual, once and on purpose: what auto-funding does about it is worth seeing. */
  isScare: boolean
}

export type Charging = {
  /** Lets every provider charge that may do so at this position. */
  onPosition(view: PositionView): void
  /** How many providers are about to charge. */
  open(): number
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

type Span = { from: number; to: number }

/** A person works for a while, request after request, and then does something else. In milliseconds, and charges. */
const PAUSE_MS: Span = { from: 300, to: 1_500 }
const REST_MS: Span = { from: 3_000, to: 8_000 }
const SESSION: Span = { from: 6, to: 14 }
/** In 10^-9 OG: from 0.03 to 0.15 OG. */
const FEE: Span = { from: 30_000_000, to: 150_000_000 }
/** One charge, early enough that a short demo shows it: from 1.7 to 1.9 OG of the 2 to 3 OG that are there. */
const SCARE: Span = { from: 1_700_000_000, to: 1_900_000_000 }
const BEFORE_SCARE = 6
const GIGA = 10 ** 9

/**
 * Providers that charge the user, each on its own: small amounts in sessions with rests between them, as one person's requests
 * do, and one scare. Like real ones they stop serving a user with less available than is required: after a charge they wait
 * for the top-up.
 */
export function startCharging({ providers, user, sleep, onCharge, onFailure }: ChargingOptions): Charging {
  const charging = new Map<DemoProvider, Promise<void>>()
  const chargedAt = new Map<DemoProvider, number>()
  const sessions = new Map<DemoProvider, number>()
  const stopped = new AbortController()
  // Every provider waits with this signal.
  setMaxListeners(0, stopped.signal)
  let charges = 0

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
    open: () => charging.size,
    async stop() {
      stopped.abort()
      await Promise.all(charging.values())
      return Math.max(0, ...chargedAt.values())
    },
  }

  async function charge(provider: DemoProvider): Promise<void> {
    await sleep(pauseOf(provider), stopped.signal)
    if (stopped.signal.aborted) return
    charges += 1
    const isScare = charges === BEFORE_SCARE
    const fee = BigInt(drawn(isScare ? SCARE : FEE)) * BigInt(GIGA) + BigInt(randomInt(GIGA))
    const { blockNumber } = await provider.settle(user, fee)
    chargedAt.set(provider, blockNumber)
    const { address, serviceType, name } = provider
    onCharge({ provider: address, serviceType, name, fee, blockNumber, isScare })
  }

  /** The time until its next charge: a short one in a session, a rest after it. */
  function pauseOf(provider: DemoProvider): number {
    const left = sessions.get(provider) ?? drawn(SESSION)
    sessions.set(provider, left > 0 ? left - 1 : drawn(SESSION))
    return drawn(left > 0 ? PAUSE_MS : REST_MS)
  }
}

const drawn = ({ from, to }: Span): number => randomInt(from, to)
