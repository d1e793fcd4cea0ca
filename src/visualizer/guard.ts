import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Why a request is not answered; null for one that may be. A page of another site may find its name pointed at this machine
 * (DNS rebinding), so the name that was asked for must be one of ours; and what a script of another site asks for is not
 * given either.
 *
 * @param hosts names under which this server is reached beside those of the loopback
 */
export function refusalOf({ headers }: IncomingMessage, hosts: readonly string[], isPage: boolean): string | null {
  const host = hostOf(headers.host)
  if (host === null || ![...LOOPBACK, ...hosts].includes(host)) return 'This server has another name.'
  const { origin } = headers
  if (origin !== undefined && !isSame(origin, headers.host)) return 'Another site asks for this.'
  const site = headers['sec-fetch-site']
  // A link from elsewhere may open the page, and nothing else.
  if (!isPage && site !== undefined && site !== 'same-origin' && site !== 'none') return 'Another site asks for this.'
  return null
}

/** Whether a token is the one that was set, in a time that does not tell how much of it is right. */
export function isToken(given: unknown, token: string): boolean {
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(token))
}

/** For every answer. The page has scripts and styles of its own files alone. */
export const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

function hostOf(host: string | undefined): string | null {
  try {
    return new URL(`http://${host}`).hostname
  } catch {
    return null
  }
}

function isSame(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === new URL(`http://${host}`).host
  } catch {
    return false
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
