import type { Provider } from 'ethers'
import type { Client, Transport } from 'viem'
import { ViemProvider, type Ask } from './viem-provider.ts'

/**
 * The read side of a broker over viem's own requests: an ethers provider without a cache, which asks a client or a transport.
 * With `http(url, { batch: true })` simultaneous requests are one HTTP request.
 *
 * @example
 * const broker = await createBroker({ provider: providerOf(publicClient), address })
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
    return (method, params, options) => source.request<Any>({ method, params }, options)
  }
  const { request } = source({})
  return (method, params, options) => request<Any>({ method, params }, options)
}
