import type { Provider } from 'ethers'
import type { Client, Transport } from 'viem'
import { checkUrls } from './check-url.ts'
import { ViemProvider, type Ask } from './viem-provider.ts'

/**
 * The read side of a broker over viem's own requests: an ethers provider without a cache, which asks a client or a transport.
 * With `http(url, { batch: true })` simultaneous requests are one HTTP request.
 *
 * @example
 * const broker = await createBroker({ provider: providerOf(publicClient), address })
 *
 * @throws InvalidInputError where an HTTP transport has an address that HTTP does not reach
 */
export function providerOf(source: Client | Transport): Provider {
  return viemProvider(source)
}

export function viemProvider(source: Client | Transport): ViemProvider {
  return new ViemProvider(askerOf(source))
}

/** How a client's or transport's `request` is called, whatever its schema of methods. */
export function askerOf(source: Client | Transport): Ask {
  type Any = { Parameters: unknown; ReturnType: unknown }
  if (typeof source !== 'function') {
    checkUrls(source.transport)
    return (method, params, options) => source.request<Any>({ method, params }, options)
  }
  const made = source({})
  checkUrls(made)
  const { request } = made
  return (method, params, options) => request<Any>({ method, params }, options)
}
