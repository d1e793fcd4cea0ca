import { withTimeout } from '../base/timeout.ts'
import { checkProviderAddresses, checkProviderUrl, ProviderUrlError, type ProviderUrlRules } from './provider-url.ts'
import type { Resolve } from './resolve-host.ts'
import { safeReason, safeText, secretsOf } from './safe-text.ts'
import { decodeUnsettledFee, readText, refusalOf, retryAfterMs } from './unsettled-fee-answer.ts'
import { UnsettledFeeError } from './unsettled-fee-error.ts'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 16_384
/** After a 429 that does not say how long. Providers allow ten requests a second, and we ask far less often. */
const PAUSE_MS = 30_000
const LONGEST_PAUSE_MS = 3_600_000

export type UnsettledFeesOptions = ProviderUrlRules & {
  /** Whose fees: the address that the tokens are for. */
  wallet: string
  tokenFor(provider: string, generation: number): Promise<string>
  fetch?: typeof globalThis.fetch
  /** For the whole answer, with looking up the host and signing in. */
  timeoutMs?: number
  /** No answer is read further than this. */
  maxBytes?: number
  now?: () => number
  /** Looks up a host's addresses; Node's resolver by default, nothing in browsers. */
  resolve?: Resolve
}

/** `url` is the one that the provider's service has on the chain, `generation` that of the wallet's sub-account. */
export type UnsettledFeeQuestion = { provider: string; url: string; generation: number }

/** The fee that a provider told last, when (milliseconds since 1970), and why there is no newer one. */
export type KnownFee = { fee: bigint; at: number; error: Error | null }

export type UnsettledFees = {
  /**
   * What the wallet owes a provider for requests not settled yet, in wei, as the provider says. Settles within
   * `timeoutMs`. Asked again meanwhile, it gives the same answer; after a 429 it rejects until the pause is over.
   *
   * @throws UnsettledFeeError
   */
  ask(question: UnsettledFeeQuestion): Promise<bigint>
  /** What was told last; null when nothing ever was. */
  last(provider: string): KnownFee | null
}

/** Asks providers for their unsettled fees: never two requests to one at once, and never a token where none belongs. */
export function createUnsettledFees(options: UnsettledFeesOptions): UnsettledFees {
  const { wallet, tokenFor, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, now = Date.now } = options
  const running = new Map<string, Promise<bigint>>()
  const known = new Map<string, KnownFee>()
  const pauses = new Map<string, { until: number; error: UnsettledFeeError }>()

  return {
    ask(question) {
      const key = question.provider.toLowerCase()
      const pause = pauses.get(key)
      const left = pause ? pause.until - now() : 0
      // More than the longest pause is left only where the clock was set back.
      if (pause && left > 0 && left <= LONGEST_PAUSE_MS) return Promise.reject(pause.error)
      const asked = running.get(key) ?? remembered(key, question)
      running.set(key, asked)
      return asked
    },
    last: (provider) => known.get(provider.toLowerCase()) ?? null,
  }

  async function remembered(key: string, question: UnsettledFeeQuestion): Promise<bigint> {
    try {
      const fee = await exchange(question)
      known.set(key, { fee, at: now(), error: null })
      pauses.delete(key)
      return fee
    } catch (thrown) {
      const error = thrown as UnsettledFeeError
      const before = known.get(key)
      if (before) known.set(key, { ...before, error })
      if (error.retryAt !== null) pauses.set(key, { until: error.retryAt, error })
      throw error
    } finally {
      running.delete(key)
    }
  }

  /** One question, one answer. Nothing that is thrown is kept as a cause: it might carry the token. */
  async function exchange({ provider, url, generation }: UnsettledFeeQuestion): Promise<bigint> {
    const abort = new AbortController()
    const secrets: string[] = []
    let target: URL | undefined
    let answer: Response | undefined
    try {
      target = checkProviderUrl(url, options)
      secrets.push(...secretsOf(target))
      const endpoint = endpointOf(target)
      const checked = target
      return await withTimeout(timeoutMs, async () => {
        await checkProviderAddresses(checked, options, options.resolve)
        const token = await tokenFor(provider, generation)
        secrets.push(token, token.replace(/^app-sk-/, ''))
        abort.signal.throwIfAborted()
        answer = await request(endpoint, token, abort.signal)
        const text = await readText(answer, maxBytes)
        if (answer.status !== 200) throw new Error(refusalOf(text))
        return decodeUnsettledFee(text, wallet)
      })
    } catch (error) {
      const foreign = error instanceof ProviderUrlError
      throw new UnsettledFeeError({
        provider: safeText(provider),
        host: (target ?? hostIn(url))?.host,
        status: answer && statusOf(answer),
        reason: foreign ? `refused before asking: the rule is that ${error.rule}` : safeReason(error, secrets),
        retryable: !foreign,
        retryAt: answer?.status === 429 ? now() + retryAfterMs(answer.headers.get('retry-after'), PAUSE_MS) : undefined,
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

/** Browsers hide where a redirect leads, and its status. */
const statusOf = ({ type, status }: Response): number => (type === 'opaqueredirect' ? 302 : status)

const hostIn = (url: string): URL | undefined => (URL.canParse(url) ? new URL(url) : undefined)
