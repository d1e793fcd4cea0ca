import { inMs } from '../base/durations.ts'
import { toAddress } from '../chain/address.ts'
import { createRequestFunding, type RequestFundingOptions } from '../funding/request-funding.ts'
import type { Endpoint } from '../provider/endpoint.types.ts'
import { createEndpoints, type Endpoints, type EndpointsOptions } from '../provider/endpoints.ts'
import { toRequestTerms, type EndpointOptions } from './endpoint-options.ts'

/** The endpoints of inference providers, with what funds their rejected requests. */
export type EndpointCalls = Pick<Endpoints, 'counts'> & {
  /** @throws InvalidInputError for options that cannot work */
  open(provider: string, options: EndpointOptions): Promise<Endpoint>
}

export function endpointCalls(options: EndpointsOptions & RequestFundingOptions): EndpointCalls {
  const endpoints = createEndpoints(options)
  const fundRequests = createRequestFunding(options)
  return {
    counts: endpoints.counts,
    open(provider, how) {
      const terms = toRequestTerms(how)
      const id = { provider: toAddress(provider, 'provider'), serviceType: 'inference' as const }
      return endpoints.open(id.provider, {
        ...inMs(how),
        fund: (rejections, signal) => fundRequests(id, terms, { rejections, signal }),
      })
    },
  }
}
