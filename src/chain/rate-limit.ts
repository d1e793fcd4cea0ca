import type { FetchRequest } from 'ethers'
import { reasonOf } from './cause.ts'

const TIMEOUT_MS = 4_000

/**
 * The words of a node that limits requests by HTTP 429; null for any other node. ethers repeats such requests in silence, for longer
 * than the library waits, so this request is sent without repetition.
 */
export async function rateLimitWords(provider: object): Promise<string | null> {
  const connect: unknown = Reflect.get(provider, '_getConnection')
  if (typeof connect !== 'function') return null
  const request = Reflect.apply(connect, provider, []) as FetchRequest
  request.setThrottleParams({ maxAttempts: 1 })
  request.timeout = TIMEOUT_MS
  request.setHeader('content-type', 'application/json')
  request.body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
  const response = await request.send()
  try {
    response.assertOk()
    return null
  } catch (error) {
    const isLimited = response.statusCode === 429 || /\b429\b/.test(response.statusMessage)
    return isLimited ? `HTTP 429, ${reasonOf(error)}` : null
  }
}
