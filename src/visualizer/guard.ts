import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Why a request is refused; null for one that is answered. Another site may point its own name at this machine (DNS
 * rebinding), so the Host header must name this server; requests by scripts of another site are refused as well.
 *
 * @param hosts names of this server beside those of the loopback
 */
export function refusalOf({ headers }: IncomingMessage, hosts: readonly string[], isPage: boolean): string | null {
  const host = hostOf(headers.host)
  const names = [...LOOPBACK, ...hosts]
  if (host === null || !names.includes(host)) return strange(host)
  const { origin } = headers
  if (origin !== undefined && !isSame(origin, headers.host))
    return names.includes(hostnameOf(origin) ?? '') ? MISDIRECTED : 'Another site asks for this.'
  const site = headers['sec-fetch-site']
  // A link on another site may open the page, but may not call the API.
  if (!isPage && site !== undefined && site !== 'same-origin' && site !== 'none') return 'Another site asks for this.'
  return null
}

/** The origin has a name of this server, but the Host header has another one: that is the proxy's. */
const MISDIRECTED =
  'The Host header and the origin differ. A proxy in front must pass on the Host that was asked for ' +
  '(nginx: proxy_set_header Host $http_host).'

function strange(host: string | null): string {
  // The header is a stranger's: only what can be a name is repeated.
  const name = host !== null && /^[\w.:[\]-]{1,100}$/.test(host) ? host : 'that'
  return (
    `This server does not answer as ${name}. If that is its name, list it: createVisualizer's option hosts. ` +
    'A proxy must pass on the Host header that was asked for.'
  )
}

/** Compares a token with the right one, in constant time. */
export function isToken(given: unknown, token: string): boolean {
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(token))
}

/** Headers of every answer. The page may load only its own scripts and styles. */
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

function hostnameOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).hostname : null
}

function isSame(origin: string, host: string | undefined): boolean {
  try {
    const { protocol, host: asked } = new URL(origin)
    // Either may leave out the port that is its protocol's own.
    return asked !== '' && asked === new URL(`${protocol}//${host}`).host
  } catch {
    return false
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
