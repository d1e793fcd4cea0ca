import type { Clock } from '../base/clock.ts'
import { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import type { Connected } from '../chain/connect.ts'
import { networks } from '../chain/networks.ts'
import type { EndpointsOptions } from '../provider/endpoints.ts'
import type { ServiceCache } from '../provider/service-cache.ts'
import { createSessionTokens, type SessionTokens } from '../provider/session-token.ts'
import { createProviderFees, type ProviderFees } from '../provider/unsettled-fee.ts'

export type ProviderAccessOptions = {
  services: ServiceCache
  /** Counts the requests to providers. */
  requests: RequestCounts['provider']
  clock: Clock
  /** The clock of session tokens, which other machines check. */
  wall: Clock
  logger: Logger
}

/** What the broker asks of providers over HTTP, with one session token for all of it. */
export type ProviderAccess = {
  /** Null where the wallet would have to ask a person to sign in at a provider. */
  providerFees: Lazy<ProviderFees> | null
  /** What endpoints are made of. */
  endpoints: () => EndpointsOptions
}

export function createProviderAccess(
  { wallet, chainId, signMessage: sign }: Pick<Connected, 'wallet' | 'chainId' | 'signMessage'>,
  { services, requests, clock, wall, logger }: ProviderAccessOptions,
): ProviderAccess {
  const tokens = sign && new Lazy(() => createSessionTokens({ wallet, sign, clock: wall }))
  const tokenFor: SessionTokens['tokenFor'] | null = tokens && ((...of) => tokens.part.tokenFor(...of))
  const common = { wallet, services, requests, clock }
  // Providers of a local chain live on this machine; those of a live network have no business there.
  const allowsLoopback = () => !Object.values(networks).some((one) => BigInt(one.chainId) === chainId)
  return {
    providerFees:
      tokenFor && new Lazy(() => createProviderFees({ ...common, tokenFor, allowLoopback: allowsLoopback() })),
    endpoints: () => ({ ...common, tokenFor, urlRules: { allowLoopback: allowsLoopback() }, logger }),
  }
}
