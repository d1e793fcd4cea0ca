import type { ProviderService } from './chain/service.ts'
import type { Clock } from './clock.ts'
import { createSessionTokens } from './provider/session-token.ts'
import { createUnsettledFees } from './provider/unsettled-fee.ts'

/** What a provider offers changes seldom, and a token of an older generation is refused. */
const GOOD_FOR_MS = 600_000
const RETRY_MS = 60_000

export type ProviderFeesOptions = {
  wallet: string
  sign: (message: string) => Promise<string>
  readService: (provider: string) => Promise<ProviderService>
  /** A local chain's providers live on this machine; a live one's have no business there. */
  allowLoopback: boolean
  clock: Clock
}

/**
 * Asks inference providers what they have served and not charged yet. Where there is nothing to ask (no service, no
 * sub-account, not acknowledged) that is nothing.
 */
export function createProviderFees({ wallet, sign, readService, allowLoopback, clock }: ProviderFeesOptions) {
  const { tokenFor } = createSessionTokens({ wallet, sign, now: clock.now })
  const fees = createUnsettledFees({ wallet, tokenFor, allowLoopback, now: clock.now })
  const services = new Map<string, { service: ProviderService; until: number }>()

  return {
    ask,
    /** Whether the provider offers a service, as far as it was seen of late. */
    isRegistered(provider: string): boolean | null {
      const known = services.get(provider)
      return known ? known.service.url !== null : null
    },
  }

  async function ask(provider: string): Promise<bigint> {
    const { url, acknowledged, generation } = await serviceOf(provider)
    if (!url || !acknowledged || generation === null) return 0n
    try {
      return await fees.ask({ provider, url, generation })
    } catch (error) {
      // Its address or our generation may have changed: looked at again, but not at every reading.
      const known = services.get(provider)
      if (known) known.until = Math.min(known.until, clock.now() + RETRY_MS)
      throw error
    }
  }

  async function serviceOf(provider: string): Promise<ProviderService> {
    const known = services.get(provider)
    if (known && clock.now() < known.until) return known.service
    const service = await readService(provider)
    // What there is not yet may be there with the next top-up.
    const isWhole = service.acknowledged && service.generation !== null
    services.set(provider, { service, until: clock.now() + (isWhole ? GOOD_FOR_MS : GOOD_FOR_MS / 20) })
    return service
  }
}
