import type { ProviderService } from '../chain/service.ts'
import { abortable, onAbort } from '../base/abortable.ts'
import { callSafely } from '../base/call-safely.ts'
import type { Clock } from '../base/clock.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { nothingCounted, type Endpoint, type EndpointCounts, type EndpointHold } from './endpoint.types.ts'
import { createFundingFlights, type FundRequests } from './funding-flight.ts'
import { holdReasonOf } from './hold-reason.ts'
import { refusalIn, type Rejection } from './rejection.ts'
import type { ServiceCache } from './service-cache.ts'
import type { SessionTokens } from './session-token.ts'

export type EndpointOptions = {
  provider: string
  /** The service as it was read when the endpoint was made, and its checked URL. */
  service: ProviderService
  url: URL
  services: Pick<ServiceCache, 'known' | 'refresh' | 'expire'>
  tokenFor: SessionTokens['tokenFor']
  fund: FundRequests
  fetch: typeof globalThis.fetch
  /** How long a provider may take to see a sub-account that was just opened, in milliseconds. */
  firstSightMs: number
  onHold: ((hold: EndpointHold) => void) | undefined
  /** What all endpoints of the provider count together. */
  total: EndpointCounts
  clock: Clock
  logger: Logger
}

/** The request path: a fetch that signs in at a provider, funds what it rejects, and sends once more. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  const { provider, url, services, tokenFor, fund, fetch, firstSightMs, onHold, total, clock, logger } = options
  const baseURL = `${url.origin}${url.pathname.replace(/\/+$/, '')}/v1/proxy`
  const own = nothingCounted()
  const flights = createFundingFlights(counting(fund))
  let service = options.service

  return {
    provider,
    baseURL,
    model: service.model ?? '',
    async fetch(input, init) {
      checkTarget(input)
      const signal = init?.signal ?? (isRequest(input) ? input.signal : undefined)
      signal?.throwIfAborted()
      count('requests')
      const first = await send(input, init, signal)
      const rejection = await rejectionIn(first)
      if (!rejection) return first
      count('rejected')
      if (!(await isReady(rejection, isResendable(input, init), signal))) return first
      discard(first)
      count('retried')
      const second = await send(input, init, signal)
      const again = await rejectionIn(second)
      if (!again) count('answered')
      else logger.warn({ provider, ...amountsOf(again) }, 'a request is rejected again after its funding')
      return second
    },
    headers,
    counts: () => ({ ...own }),
  }

  /** Resolves once the request may be sent again; false where the broker holds. */
  async function isReady(rejection: Rejection, resendable: boolean, signal?: AbortSignal | null): Promise<boolean> {
    if (!resendable) return noteHold(rejection, null)
    try {
      const { opened } = await flights.join(rejection, signal ?? undefined)
      if (opened) services.expire(provider)
      if (opened || rejection.kind === 'absent') await pause(firstSightMs, signal ?? undefined)
      return true
    } catch (error) {
      if (!signal?.aborted) return noteHold(rejection, error)
      count('aborted')
      throw signal.reason
    }
  }

  function noteHold(rejection: Rejection, error: unknown): false {
    count('held')
    const hold: EndpointHold = {
      provider,
      reason: error === null ? 'not-resendable' : holdReasonOf(error),
      ...amountsOf(rejection),
      error: error instanceof Error ? error : null,
    }
    const { reason } = hold
    logger.warn({ provider, reason, ...(error !== null && { err: error }) }, 'a rejected request is not funded')
    callSafely(
      () => onHold?.(hold),
      (failure) => logger.error({ err: failure, provider }, 'onHold failed'),
    )
    return false
  }

  /** A person at the wallet may take long to sign in: the signal ends that wait, too. */
  async function send(input: Input, init: RequestInit | undefined, signal?: AbortSignal | null): Promise<Response> {
    const signedIn = new Headers(init?.headers ?? (isRequest(input) ? input.headers : undefined))
    for (const [name, value] of Object.entries(await unlessAborted(headers(), signal))) signedIn.set(name, value)
    // A token is sent to no other address, so that a redirect is an answer like others.
    return fetch(input, { ...init, headers: signedIn, redirect: 'manual' })
  }

  async function headers(): Promise<{ Authorization: string }> {
    return { Authorization: `Bearer ${await tokenFor(provider, await generation())}` }
  }

  /** Most of the time the service is known. A chain that cannot be read now delays the request by half a second at most. */
  async function generation(): Promise<number> {
    const known = services.known(provider)
    if (!known) await services.refresh([{ provider, serviceType: 'inference' }])
    service = known ?? services.known(provider) ?? service
    return service.generation ?? 0
  }

  async function rejectionIn(response: Response): Promise<Rejection | null> {
    const refusal = await refusalIn(response, clock)
    if (refusal?.kind !== 'session') return refusal
    // All tokens may have been revoked by another program: the next request reads their generation anew.
    services.expire(provider)
    return null
  }

  function checkTarget(input: Input): void {
    const target = isRequest(input) ? input.url : String(input)
    const asked = URL.canParse(target) ? new URL(target) : null
    const base = new URL(baseURL)
    if (asked?.origin === base.origin && `${asked.pathname}/`.startsWith(`${base.pathname}/`)) return
    throw new InvalidInputError(
      "This fetch sends requests to the provider alone, since it adds the wallet's session token.",
      {
        provider,
        host: asked?.host,
        expected: `an address below ${baseURL}`,
      },
    )
  }

  function counting(work: FundRequests): FundRequests {
    return async (rejections, signal) => {
      const funded = await work(rejections, signal)
      for (const counts of [own, total]) {
        counts.paid += funded.paid
        if (funded.paid > 0n) counts.funded += 1
      }
      return funded
    }
  }

  function count(what: Exclude<keyof EndpointCounts, 'paid'>): void {
    own[what] += 1
    total[what] += 1
  }

  async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () => {
        leave()
        resolve()
      })
      const leave = onAbort(signal, () => {
        cancel()
        leave()
        reject(signal?.reason as Error)
      })
    })
  }
}

const amountsOf = (rejection: Rejection): Pick<EndpointHold, 'required' | 'locked'> =>
  rejection.kind === 'short'
    ? { required: rejection.required, locked: rejection.locked }
    : { required: null, locked: null }

type Input = string | URL | Request

const isRequest = (input: Input): input is Request => typeof input === 'object' && 'url' in input

/** Text and bytes can be sent again; a stream is over once it is read, and a form may hold files. */
function isResendable(input: Input, init: RequestInit | undefined): boolean {
  const body = init?.body ?? (isRequest(input) ? input.body : null)
  return body === null || typeof body === 'string' || body instanceof ArrayBuffer || ArrayBuffer.isView(body)
}

/** @throws the signal's own reason, as `fetch` does */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  return abortable(work, signal ?? undefined).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw error
  })
}

/** Frees the connection of a response that is not returned. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined)
}
