import type { Clock } from '../base/clock.ts'
import { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import type { Connected } from '../chain/connect.ts'
import { networks } from '../chain/networks.ts'
import { createEndpoints, type Endpoints } from '../provider/endpoints.ts'
import { createServiceCache, type ServiceCache } from '../provider/service-cache.ts'
import { createSessionTokens, type SessionTokens } from '../provider/session-token.ts'
import { createProviderFees, type ProviderFees } from '../provider/unsettled-fee.ts'

export type ProviderAccessOptions = {
  /** Called when a provider's first answer comes late: see ServiceCache. */
  onLate: () => void
  /** Counts the requests to providers. */
  requests: RequestCounts['provider']
  clock: Clock
  /** The clock of session tokens, which other machines check. */
  wall: Clock
  logger: Logger
}

/** What the broker knows of providers and asks of them over HTTP, with one session token for all of it. */
export type ProviderAccess = {
  services: ServiceCache
  /** Null where the wallet would have to ask a person to sign in at a provider. */
  providerFees: Lazy<ProviderFees> | null
  endpoints: Lazy<Endpoints>
}

export function createProviderAccess(
  { wallet, chainId, signMessage, readService, transactions }: Connected,
  { onLate, requests, clock, wall, logger }: ProviderAccessOptions,
): ProviderAccess {
  const services = createServiceCache({ readService, onLate, clock, logger })
  const tokens = signMessage && new Lazy(() => createSessionTokens({ wallet, sign: signMessage, clock: wall }))
  const tokenFor: SessionTokens['tokenFor'] | null = tokens && ((...of) => tokens.part.tokenFor(...of))
  // Providers of a local chain live on this machine; those of a live network have no business there.
  const allowsLoopback = () => !Object.values(networks).some((one) => BigInt(one.chainId) === chainId)
  return {
    services,
    providerFees:
      tokenFor &&
      new Lazy(() =>
        createProviderFees({ wallet, tokenFor, services, allowLoopback: allowsLoopback(), requests, clock }),
      ),
    endpoints: new Lazy(() =>
      createEndpoints({
        wallet,
        tokenFor,
        asksPerson: transactions !== null,
        services,
        urlRules: { allowLoopback: allowsLoopback() },
        requests,
        clock,
        logger,
      }),
    ),
  }
}
