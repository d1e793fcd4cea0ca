import type { FetchRequest } from 'ethers'

/** A call of this many characters is one about many wallets, and so is its answer: the digests of a hundred have 5,350. */
const LARGE = 4_096

type Send = (method: string, params: readonly unknown[]) => Promise<unknown>

/** What an HTTP provider of ethers offers its subclasses. */
type HttpConnection = {
  request(): FetchRequest
  errorOf(payload: object, answer: object): Error
}

/**
 * Sends as the provider does, but large calls by its connection alone: ethers turns the texts of requests and answers into bytes and
 * back one character at a time, which takes longer than everything else that a reading of many wallets does. A provider with a way of
 * sending of its own keeps it.
 */
export function withLargeCalls(provider: { send: Send }): Send {
  const connection = connectionOf(provider)
  let id = 0
  return (method, params) => {
    if (!connection || !isLarge(params)) return provider.send(method, params)
    return post(connection, { jsonrpc: '2.0', id: (id += 1), method, params })
  }
}

async function post({ request: connect, errorOf }: HttpConnection, payload: object): Promise<unknown> {
  const request = connect()
  request.body = new TextEncoder().encode(JSON.stringify(payload))
  request.setHeader('content-type', 'application/json')
  const response = await request.send()
  response.assertOk()
  const answer = JSON.parse(new TextDecoder().decode(response.body ?? undefined)) as unknown
  if (typeof answer !== 'object' || answer === null) throw new Error('missing response for request')
  if ('error' in answer) throw errorOf(payload, answer)
  return 'result' in answer ? answer.result : undefined
}

/** Null for a provider that sends in another way than the class that connects it at first: a subclass or its owner changed that. */
function connectionOf(provider: object): HttpConnection | null {
  const method = (of: object, name: string): unknown => Reflect.get(of, name)
  let owner: object | null = null
  for (let one: object | null = provider; one; one = Object.getPrototypeOf(one) as object | null)
    if (Object.hasOwn(one, '_getConnection')) owner = one
  if (!owner || typeof method(provider, 'getRpcError') !== 'function') return null
  if (['send', '_send'].some((name) => method(owner, name) !== method(provider, name))) return null
  const call = (name: string, ...parameters: unknown[]): unknown =>
    Reflect.apply(method(provider, name) as () => unknown, provider, parameters)
  return {
    request: () => call('_getConnection') as FetchRequest,
    errorOf: (payload, answer) => call('getRpcError', payload, answer) as Error,
  }
}

function isLarge([request]: readonly unknown[]): boolean {
  return typeof request === 'object' && request !== null && 'data' in request && String(request.data).length > LARGE
}
