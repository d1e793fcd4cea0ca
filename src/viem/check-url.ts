import { InvalidInputError } from '../index.ts'

/**
 * Refuses a transport that asks by HTTP and has an address that HTTP does not reach, such as `wss:`: each request would fail, as if the node
 * were down. No message repeats the address: it may hold a key. Sockets and custom transports do not show theirs.
 *
 * @param shown what a transport, or a client's `transport`, shows of itself; those of a `fallback` are checked one by one
 * @throws InvalidInputError
 */
export function checkUrls(shown: unknown): void {
  const { url, value, transports } = fieldsOf(shown)
  if (typeof url === 'string') checkUrl(url)
  if (value !== undefined) checkUrls(value)
  if (Array.isArray(transports)) for (const one of transports as readonly unknown[]) checkUrls(one)
}

function checkUrl(url: string): void {
  const protocol = protocolOf(url)
  if (protocol === 'http:' || protocol === 'https:') return
  if (protocol === 'ws:' || protocol === 'wss:')
    throw new InvalidInputError('This address of a node is one for sockets, and the transport asks by HTTP.', {
      protocol,
      do: 'pass webSocket(url) of viem, or the https: address of the node',
    })
  throw new InvalidInputError('The address of the node is no URL that HTTP reaches.', {
    do: 'pass one that begins with https:// or http://, such as https://evmrpc.0g.ai',
  })
}

/** In a page an address may be relative to the page's. */
function protocolOf(url: string): string | null {
  const { href } = fieldsOf(fieldsOf(globalThis)['location'])
  const base = typeof href === 'string' ? href : undefined
  return URL.canParse(url, base) ? new URL(url, base).protocol : null
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
