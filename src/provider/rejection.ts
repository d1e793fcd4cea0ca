import type { Clock } from '../base/clock.ts'
import { withTimeout } from '../base/timeout.ts'
import { parseInsufficientBalance, type InsufficientBalance } from './insufficient-balance.ts'
import { readFrom } from '../base/read-text.ts'

/** A rejection for lack of funds: what the provider wants to see available, or that it sees no sub-account at all. */
export type Rejection = ({ kind: 'short' } & InsufficientBalance) | { kind: 'absent' }

/** What an answer says about money and session; null where it is any other answer. */
export type Refusal = Rejection | { kind: 'session' }

/** A rejection is short: a longer body is the answer to something else. */
const MAX_BYTES = 16_384
const READ_MS = 5_000

const ABSENT = /get account from contract, account not exist/i
const SESSION = /validate session|session token|token has been revoked/i

/**
 * Reads a provider's refusal from a copy of its response, whose own body stays unread. Providers refuse for lack of funds
 * with HTTP 400 alone; 402, 429 and failures of the server are never read.
 */
export async function refusalIn(response: Response, clock: Clock): Promise<Refusal | null> {
  if (response.status !== 400 || Number(response.headers.get('content-length') ?? 0) > MAX_BYTES) return null
  const text = await copyOf(response, clock)
  const short = parseInsufficientBalance(text)
  if (short) return { kind: 'short', ...short }
  if (ABSENT.test(text)) return { kind: 'absent' }
  return SESSION.test(text) ? { kind: 'session' } : null
}

/** The text of a copy. The copy is cancelled in any case: the original would wait for it when it is cancelled. */
async function copyOf(response: Response, clock: Clock): Promise<string> {
  const reader = response.clone().body?.getReader()
  if (!reader) return ''
  try {
    return await withTimeout(READ_MS, () => readFrom(reader, MAX_BYTES), clock)
  } catch {
    return ''
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}
