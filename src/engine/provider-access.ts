import type { Clock } from '../base/clock.ts'
import { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import type { Connected } from '../chain/connect.ts'
import { networks } from '../chain/networks.ts'
import type { EndpointsOptions } from '../provider/endpoints.ts'
import { createServiceCache, type ServiceCache } from '../provider/service-cache.ts'
import type { SessionTokens } from '../provider/session-token.ts'
import type { ProviderFees } from '../provider/unsettled-fee.ts'
import type { Sending } from './engine-options.ts'

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
  /** What endpoints are made of. */
  endpoints: () => EndpointsOptions
}

/** Null for a broker without a signer: it signs in at no provider. */
type AccessTo = { chain: Connected; sending: Pick<Sending, 'createSessionTokens' | 'createProviderFees'> | null }

export function createProviderAccess(
  { chain: { wallet, chainId, signMessage, readService, transactions }, sending }: AccessTo,
  { onLate, requests, clock, wall, logger }: ProviderAccessOptions,
): ProviderAccess {
  const services = createServiceCache({ readService, onLate, clock, logger })
  const signIn = sending && signMessage && { ...sending, sign: signMessage }
  const tokens = signIn && new Lazy(() => signIn.createSessionTokens({ wallet, sign: signIn.sign, clock: wall }))
  const tokenFor: SessionTokens['tokenFor'] | null = tokens && ((...of) => tokens.part.tokenFor(...of))
  const common = { wallet, services, requests, clock }
  // Providers of a local chain live on this machine; those of a live network have no business there.
  const allowsLoopback = () => !Object.values(networks).some((one) => BigInt(one.chainId) === chainId)
  return {
    services,
    providerFees:
      tokenFor &&
      signIn &&
      new Lazy(() => signIn.createProviderFees({ ...common, tokenFor, allowLoopback: allowsLoopback() })),
    endpoints: () => ({
      ...common,
      tokenFor,
      asksPerson: transactions !== null,
      urlRules: { allowLoopback: allowsLoopback() },
      logger,
    }),
  }
}
