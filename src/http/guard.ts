import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

export type GuardOptions = { hosts: readonly string[]; option: string; isPage: boolean; addresses?: boolean }

/**
 * Why a request is refused; null for one that is answered. Another site may point its own name at this machine (DNS
 * rebinding), so the Host header must name this server; requests by scripts of another site are refused as well.
 *
 * @param options.hosts names of this server beside those of the loopback
 * @param options.option what lists a name, in the words of the one who started the server
 * @param options.addresses whether it answers as any IP address, by which a monitoring system calls it: no name of another site is one
 * @param options.isPage a link on another site may open it
 */
export function refusalOf({ headers }: Pick<IncomingMessage, 'headers'>, options: GuardOptions): string | null {
  const { hosts, option, isPage } = options
  const host = hostOf(headers.host)
  const names = [...LOOPBACK, ...hosts]
  const isAddress = options.addresses === true && host !== null && isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0
  if (host === null || (!isAddress && !names.includes(host))) return strange(host, option)
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

function strange(host: string | null, option: string): string {
  // The header is a stranger's: only what can be a name is repeated.
  const name = host !== null && /^[\w.:[\]-]{1,100}$/.test(host) ? host : 'that'
  return (
    `This server does not answer as ${name}. If that is its name, list it: ${option}. ` +
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
