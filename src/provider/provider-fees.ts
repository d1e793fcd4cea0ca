import type { ProviderService } from '../chain/service.ts'
import type { Clock } from '../base/clock.ts'
import type { ServiceCache } from './service-cache.ts'
import { createSessionTokens } from './session-token.ts'
import { createUnsettledFees } from './unsettled-fee.ts'

export type ProviderFeesOptions = {
  wallet: string
  sign: (message: string) => Promise<string>
  services: ServiceCache
  /** A local chain's providers live on this machine; a live one's have no business there. */
  allowLoopback: boolean
  clock: Clock
}

/**
 * Asks inference providers what they have served and not charged yet. Where there is nothing to ask (no service, no
 * sub-account, not acknowledged) that is nothing.
 */
export function createProviderFees({ wallet, sign, services, allowLoopback, clock }: ProviderFeesOptions) {
  const { tokenFor } = createSessionTokens({ wallet, sign, now: clock.now })
  const fees = createUnsettledFees({ wallet, tokenFor, allowLoopback, now: clock.now })

  return {
    /** Whether there is anything to ask, as far as that is known of late. */
    isAsked(provider: string): boolean {
      const known = services.known(provider)
      return known === null || isReady(known)
    },
    async ask(provider: string): Promise<bigint> {
      const service = await services.of(provider)
      if (!isReady(service)) return 0n
      try {
        return await fees.ask({ provider, url: service.url, generation: service.generation })
      } catch (error) {
        services.doubt(provider)
        throw error
      }
    },
  }
}

type Ready = ProviderService & { url: string; generation: number }

function isReady(service: ProviderService): service is Ready {
  return Boolean(service.url) && service.acknowledged && service.generation !== null
}
