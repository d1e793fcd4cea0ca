import { resolveHost } from '#resolve-host'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import { withTimeout } from '../base/timeout.ts'
import { rangeOfAddress } from './address-range.ts'
import type { Resolve } from './resolve-host.types.ts'

/** How long a name server may take. */
const RESOLVE_MS = 10_000

export type ProviderUrlRules = {
  /** Allows plain http beyond loopback, where every router between sees the token. */
  allowHttp?: boolean
  /** Allows addresses of private networks. */
  allowPrivate?: boolean
  /** Allows this machine; true by default. On a server false is safer. */
  allowLoopback?: boolean
}

/** A provider's URL breaks a rule, so no token is sent to it: the provider alone chooses its URL. */
export class ProviderUrlError extends OgLedgerError {
  override readonly name = 'ProviderUrlError'
  readonly rule: string

  /** @param rule the broken rule, in words that name no part of the URL but its host */
  constructor(rule: string, host?: string) {
    super('A token is not sent to this provider URL.', { host, rule })
    this.rule = rule
  }
}

/**
 * Parses a provider's URL and checks that a token may be sent to it: https (or http on this machine), without
 * credentials, and at a public address. Addresses are checked as the URL parser reads them, so `0x7f.1` is loopback.
 *
 * @throws ProviderUrlError naming the rule
 */
export function checkProviderUrl(url: string, rules: ProviderUrlRules = {}): URL {
  if (typeof url !== 'string' || !URL.canParse(url)) throw new ProviderUrlError('it is a URL')
  const parsed = new URL(url)
  const { protocol, host, hostname, username, password } = parsed
  const { allowHttp = false, allowPrivate = false, allowLoopback = true } = rules
  if (username !== '' || password !== '') throw new ProviderUrlError('it has no user and no password in it', host)
  const loopback = isLoopback(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && (loopback || allowHttp)))
    throw new ProviderUrlError(allowHttp ? 'it is https or http' : 'it is https, or http on this machine', host)
  if (hostname === '') throw new ProviderUrlError('it names a host', host)
  if (loopback) {
    if (!allowLoopback && !allowPrivate) throw new ProviderUrlError('it is not this machine (loopback)', host)
    return parsed
  }
  const range = rangeOfAddress(hostname)
  if (!allowPrivate && range !== null && range !== 'public') throw outOfReach(range, host)
  if (!allowPrivate && range === null && isLocalName(hostname))
    throw new ProviderUrlError('its host is a public name', host)
  return parsed
}

/**
 * Resolves a checked URL's host, because a public name may lead to a private address. The name server may give another
 * answer when the request is made; then https protects the token, since a server on a private network has no certificate
 * for that name.
 *
 * @param resolve Node's resolver by default; without one, as in browsers, the host is not resolved
 * @throws ProviderUrlError when any address is not public; whatever `resolve` rejects with, or an error after ten seconds
 */
export async function checkProviderAddresses(
  { host, hostname }: URL,
  { allowPrivate = false }: ProviderUrlRules = {},
  resolve: Resolve | null = resolveHost,
): Promise<void> {
  if (allowPrivate || !resolve || isLoopback(hostname) || rangeOfAddress(hostname) !== null) return
  const addresses = await withTimeout(RESOLVE_MS, () => resolve(hostname))
  if (addresses.length === 0) throw new ProviderUrlError('its host has an address', host)
  for (const address of addresses) {
    const range = rangeOfAddress(address) ?? 'reserved'
    if (range !== 'public') throw outOfReach(range, host)
  }
}

function outOfReach(range: string, host: string): ProviderUrlError {
  return new ProviderUrlError(`its address is public, not ${range}`, host)
}

const isLoopback = (hostname: string): boolean =>
  /^localhost\.?$/.test(hostname) || rangeOfAddress(hostname) === 'loopback'

/** Names that only one network resolves, such as a cloud's `metadata.google.internal`. */
const isLocalName = (hostname: string): boolean =>
  !/[^.]\.[^.]/.test(hostname) || /\.(localhost|local|internal|intranet|lan|home\.arpa|onion)\.?$/.test(hostname)
