import type { Clock } from './clock.ts'
import type { ProviderServices } from './provider-services.ts'
import { createSessionTokens } from './provider/session-token.ts'
import { createUnsettledFees } from './provider/unsettled-fee.ts'

export type ProviderFeesOptions = {
  wallet: string
  sign: (message: string) => Promise<string>
  services: ProviderServices
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
    async ask(provider: string): Promise<bigint> {
      const { url, acknowledged, generation } = await services.of(provider)
      if (!url || !acknowledged || generation === null) return 0n
      try {
        return await fees.ask({ provider, url, generation })
      } catch (error) {
        services.doubt(provider)
        throw error
      }
    },
  }
}
