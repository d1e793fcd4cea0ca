import type { ProviderService } from '../chain/service.ts'
import type { Clock } from '../base/clock.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { countedRequest } from './counted-request.ts'
import { retryAfterMs } from '../base/retry-after.ts'
import { readText } from '../base/read-text.ts'
import { withTimeout } from '../base/timeout.ts'
import { checkProviderAddresses, checkProviderUrl, ProviderUrlError, type ProviderUrlRules } from './provider-url.ts'
import type { Resolve } from './resolve-host.types.ts'
import { safeReason, safeText, secretsOf } from './safe-text.ts'
import type { ServiceCache } from './service-cache.ts'
import type { SessionTokens } from './session-token.ts'
import { decodeUnsettledFee, refusalOf } from './unsettled-fee-answer.ts'
import { UnsettledFeeError } from './unsettled-fee-error.ts'

const TIMEOUT_MS = 5_000
/** An answer is read no further than this. */
const MAX_BYTES = 16_384
/** After a 429 without Retry-After. Providers allow ten requests a second, and the broker sends far fewer. */
const PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 3_600_000

export type ProviderFeesOptions = ProviderUrlRules & {
  /** The address that the tokens are for, and whose fee is asked. */
  wallet: string
  tokenFor: SessionTokens['tokenFor']
  services: Pick<ServiceCache, 'of' | 'known' | 'doubt'>
  /** Counts the requests. */
  requests?: RequestCounts['provider']
  clock: Clock
  fetch?: typeof globalThis.fetch
  /** For the whole answer, with the look-up of the host and the signature of the token. */
  timeoutMs?: number
  /** An answer is read no further than this. */
  maxBytes?: number
  /** Looks up a host's addresses; Node's resolver by default, nothing in browsers. */
  resolve?: Resolve
}

export type ProviderFees = {
  /** Whether the provider has a fee to tell, as far as its service was read lately. */
  canAsk(provider: string): boolean
  /**
   * What the wallet owes a provider for requests that are not settled yet, in wei, as the provider says; 0 without a
   * service, a sub-account or its acknowledgement. Simultaneous callers share one request; after a 429 it rejects until
   * the pause is over.
   *
   * @throws UnsettledFeeError for the provider, ReadError where its service cannot be read
   */
  ask(provider: string): Promise<bigint>
}

/** Asks inference providers for their unsettled fees: one request per provider at a time, each with a session token. */
export function createProviderFees(options: ProviderFeesOptions): ProviderFees {
  const { wallet, tokenFor, services, clock, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = options
  const pending = new Map<string, Promise<bigint>>()
  const pauses = new Map<string, { until: number; error: UnsettledFeeError }>()

  return {
    canAsk(provider) {
      const service = services.known(provider)
      return service === null || isReady(service)
    },
    ask(provider) {
      const fee = pending.get(provider) ?? feeOf(provider).finally(() => pending.delete(provider))
      pending.set(provider, fee)
      return fee
    },
  }

  async function feeOf(provider: string): Promise<bigint> {
    const service = await services.of(provider)
    if (!isReady(service)) return 0n
    try {
      throwIfPaused(provider)
      const fee = await exchange(provider, service)
      pauses.delete(provider)
      return fee
    } catch (error) {
      if (error instanceof UnsettledFeeError && error.retryAt !== null)
        pauses.set(provider, { until: error.retryAt, error })
      services.doubt(provider)
      throw error
    }
  }

  function throwIfPaused(provider: string): void {
    const pause = pauses.get(provider)
    const left = pause ? pause.until - clock.now() : 0
    // More than the longest pause is left only where the clock was set back.
    if (pause && left > 0 && left <= LONGEST_PAUSE_MS) throw pause.error
  }

  /** One request, one answer. What is thrown inside is not kept as a cause: it might carry the token. */
  async function exchange(provider: string, { url, generation }: Ready): Promise<bigint> {
    const abort = new AbortController()
    const secrets: string[] = []
    let target: URL | undefined
    let answer: Response | undefined
    try {
      const checked = checkProviderUrl(url, options)
      target = checked
      secrets.push(...secretsOf(checked))
      return await withTimeout(
        timeoutMs,
        async () => {
          await checkProviderAddresses(checked, options, options.resolve)
          const token = await tokenFor(provider, generation)
          secrets.push(token, token.replace(/^app-sk-/, ''))
          abort.signal.throwIfAborted()
          const send = () => request(endpointOf(checked), token, abort.signal)
          answer = await (options.requests ? countedRequest(options.requests, provider, send) : send())
          const text = await readText(answer, maxBytes)
          if (answer.status !== 200) throw new Error(refusalOf(text))
          return decodeUnsettledFee(text, wallet)
        },
        clock,
      )
    } catch (error) {
      const isForbidden = error instanceof ProviderUrlError
      throw new UnsettledFeeError({
        provider: safeText(provider),
        host: (target ?? hostIn(url))?.host,
        status: answer && statusOf(answer),
        reason: isForbidden ? `refused before asking: the rule is that ${error.rule}` : safeReason(error, secrets),
        retryable: !isForbidden,
        retryAt:
          answer?.status === 429 ? clock.now() + retryAfterMs(answer.headers.get('retry-after'), PAUSE_MS) : undefined,
      })
    } finally {
      abort.abort()
    }
  }

  function request(endpoint: URL, token: string, signal: AbortSignal): Promise<Response> {
    const { fetch = globalThis.fetch } = options
    const init: RequestInit & { cache: 'no-store' } = {
      headers: { accept: 'application/json', authorization: `Bearer ${token}` },
      redirect: 'manual',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal,
    }
    return fetch(endpoint, init)
  }

  function endpointOf(target: URL): URL {
    const endpoint = new URL(target)
    endpoint.pathname = `${target.pathname.replace(/\/+$/, '')}/v1/user/${encodeURIComponent(wallet)}/unsettledfee`
    endpoint.search = ''
    endpoint.hash = ''
    return endpoint
  }
}

type Ready = ProviderService & { url: string; generation: number }

/** The provider offers a service, and the wallet has an acknowledged sub-account with it. */
function isReady(service: ProviderService): service is Ready {
  return Boolean(service.url) && service.acknowledged && service.generation !== null
}

/** Browsers hide the target of a redirect, and its status. */
const statusOf = ({ type, status }: Response): number => (type === 'opaqueredirect' ? 302 : status)

const hostIn = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined)
