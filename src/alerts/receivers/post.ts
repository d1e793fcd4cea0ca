import { redact } from '../../base/redact.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { retryAfterMs } from '../../base/retry-after.ts'
import { describeValue } from '../../base/describe-value.ts'
import { DeliveryError } from '../delivery-error.ts'

/** Of a refusal, so much is read and shown. */
const SHOWN = 200

export type Post = { name: string; url: string; headers?: Record<string, string>; body: string; signal: AbortSignal }

/**
 * Sends JSON by POST. It follows no redirect: the URL holds a secret, and another host must not get it.
 *
 * @throws DeliveryError for any answer but 2xx, with the words of the receiver and without the URL
 */
export async function post({ name, url, headers = {}, body, signal }: Post): Promise<void> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, signal }
  const response = await fetch(url, { ...request, redirect: 'manual' }).catch((error: unknown) => {
    throw new DeliveryError(`${name} cannot be reached.`, { reason: reasonOf(error) })
  })
  if (response.ok) {
    await response.body?.cancel().catch(() => undefined)
    return
  }
  const words = redact(await beginningOf(response), { urls: 'nothing', longWords: true, oneLine: true, length: SHOWN })
  throw new DeliveryError(
    `${name} did not take an alert.`,
    { status: String(response.status), answer: words === '' ? undefined : words },
    { retryAfterMs: retryAfterMs(response.headers.get('retry-after'), 0) },
  )
}

/**
 * An `https:` URL, or an `http:` one.
 *
 * @throws InvalidInputError that does not show the value: it is a secret
 */
export function checkedUrl(subject: string, url: unknown): string {
  const ok = typeof url === 'string' && URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol)
  if (ok) return url
  throw new InvalidInputError(`${subject} takes a URL that begins with https://.`, {
    value: typeof url === 'string' ? `a string of ${url.length} characters` : describeValue(url),
  })
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  try {
    const { value } = await reader.read()
    return new TextDecoder().decode(value?.slice(0, 4 * SHOWN))
  } catch {
    return ''
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

/** `fetch` hides what went wrong in its cause, whose code has no part of the URL. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : error instanceof Error ? error.name : 'unknown'
}
