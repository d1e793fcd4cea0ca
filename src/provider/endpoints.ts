import type { Clock } from '../base/clock.ts'
import { InvalidInputError } from '../base/errors.ts'
import { ServiceNotOfferedError } from '../base/not-sent-errors.ts'
import type { Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { countedRequest } from './counted-request.ts'
import { createEndpoint } from './endpoint.ts'
import { nothingCounted, type Endpoint, type EndpointCounts, type EndpointHold } from './endpoint.types.ts'
import type { FundRequests } from './funding-flight.ts'
import { checkProviderAddresses, checkProviderUrl, type ProviderUrlRules } from './provider-url.ts'
import type { ServiceCache } from './service-cache.ts'
import type { SessionTokens } from './session-token.ts'

export type EndpointsOptions = {
  /** Null where the signer asks a person for each signature. */
  tokenFor: SessionTokens['tokenFor'] | null
  services: Pick<ServiceCache, 'of' | 'known' | 'refresh' | 'expire'>
  urlRules: ProviderUrlRules
  /** Counts the requests. */
  requests?: RequestCounts['provider']
  clock: Clock
  logger: Logger
}

export type EndpointTerms = {
  fund: FundRequests
  fetch?: typeof globalThis.fetch | undefined
  firstSightMs?: number | undefined
  onHold?: ((hold: EndpointHold) => void) | undefined
}

/** The endpoints of inference providers, and what they have counted together. */
export type Endpoints = {
  /**
   * @throws ServiceNotOfferedError, ProviderUrlError for a URL that gets no token, ReadError; InvalidInputError where the signer
   *   asks a person
   */
  open(provider: string, terms: EndpointTerms): Promise<Endpoint>
  /** By provider, in the order in which they were opened first. */
  counts(): (EndpointCounts & { provider: string })[]
}

/** Live providers keep the absence of a sub-account in mind for 30 seconds. */
const FIRST_SIGHT_MS = 30_000

export function createEndpoints(options: EndpointsOptions): Endpoints {
  const { tokenFor, services, urlRules, requests, clock, logger } = options
  const totals = new Map<string, EndpointCounts>()

  return {
    async open(provider, { fund, fetch = globalFetch, firstSightMs = FIRST_SIGHT_MS, onHold }) {
      if (!tokenFor) throw needsKey()
      const service = await services.of(provider)
      if (!service.registered || service.url === null)
        throw new ServiceNotOfferedError('This address offers no inference.', {
          provider,
          service: 'inference',
          offers: service.fineTuning?.registered ? ['fine-tuning'] : [],
        })
      const url = checkProviderUrl(service.url, urlRules)
      await checkProviderAddresses(url, urlRules)
      const total = totals.get(provider) ?? nothingCounted()
      totals.set(provider, total)
      const counted: typeof fetch = requests
        ? (...request) => countedRequest(requests, provider, () => fetch(...request))
        : fetch
      const terms = { fund, fetch: counted, firstSightMs, onHold, total }
      return createEndpoint({ provider, service, url, services, tokenFor, ...terms, clock, logger })
    },
    counts: () => [...totals].map(([provider, counts]) => ({ provider, ...counts })),
  }
}

/** Looked up at each request, as an app may replace it. */
const globalFetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request)

function needsKey(): InvalidInputError {
  return new InvalidInputError('An endpoint signs in without a person, and this wallet asks one for each signature.', {
    do: 'open the broker with a key that signs by itself, on a server',
  })
}
