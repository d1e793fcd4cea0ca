import { FetchRequest, JsonRpcProvider, makeError, Network } from 'ethers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { batchRefusal, smallerBatch } from '../../../src/chain/batch-refusal.ts'
import { reasonOf } from '../../../src/chain/cause.ts'
import { createRequestLimit, requestLimitOf } from '../../../src/chain/request-limit.ts'
import { rpcOf } from '../../../src/chain/rpc.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const missing = (value: unknown) =>
  makeError('missing response for request', 'BAD_DATA', { value, info: { payload: { method: 'eth_call' } } })
const http = (status: number, responseBody = '') =>
  makeError(`server response ${status} Nope`, 'SERVER_ERROR', {
    request: {} as never,
    info: { responseStatus: `${status} Nope`, responseBody },
  })
const rpcError = (code: number, message: string) =>
  makeError('could not coalesce error', 'UNKNOWN_ERROR', { error: { code, message } })

test.for<[string, unknown, ReturnType<typeof batchRefusal>, number | null]>([
  ['a missing response', missing([]), 'refused', 9],
  [
    'a missing response, with the limit',
    missing([{ error: { code: -32000, message: 'batch limit 10 exceeded' } }]),
    'refused',
    10,
  ],
  ['the size and the limit', rpcError(-32600, 'batch size 19 exceeds the limit of 5'), 'refused', 5],
  ['a plan', rpcError(31, 'Batch of more than 3 requests are not allowed on free tier'), 'refused', 3],
  ['no batches at all', rpcError(-32600, 'batch requests are not supported'), 'refused', 1],
  ['a limit of batches by the code of rate limits', rpcError(-32005, 'batch limit 4 exceeded'), 'refused', 4],
  ['HTTP 413', http(413), 'refused', 9],
  ['words in the body', http(500, '{"error":{"message":"Batch limit: 7"}}'), 'refused', 7],
  ['HTTP 400', http(400), 'possible', null],
  ['an invalid request', rpcError(-32600, 'Invalid Request'), 'possible', null],
  ['a rate limit', rpcError(-32005, 'limit exceeded'), null, null],
  [
    'a rate limit of a batch',
    missing([{ error: { code: -32005, message: 'daily request count exceeded' } }]),
    null,
    null,
  ],
  ['too many requests', missing([{ error: { code: 1, message: 'Too Many Requests' } }]), null, null],
  ['HTTP 429', http(429), null, null],
  ['HTTP 500', http(500), null, null],
  ['a revert', rpcError(3, 'execution reverted'), null, null],
  ['silence', new Error('no answer within 20000 ms'), null, null],
])('%s', ([, error, refusal, smaller]) => {
  expect(batchRefusal(error)).toBe(refusal)
  if (smaller !== null) expect(smallerBatch(error, 19)).toBe(smaller)
})

/** A node that refuses more than `most` simultaneous requests. */
function node(most: number, refusal: Error) {
  const sizes: number[] = []
  let batch: ((size: number) => void)[] = []
  const request = (name: number) => () =>
    new Promise<number>((resolve, reject) => {
      if (batch.length === 0)
        setTimeout(() => {
          const all = batch
          batch = []
          sizes.push(all.length)
          for (const settle of all) settle(all.length)
        }, 10)
      batch.push((size) => (size > most ? reject(refusal) : resolve(name)))
    })
  return { request, sizes }
}

test.for([1, 2, 3, 10, 18])(
  'twenty requests at a node that takes %i at once all succeed, later in batches of that size',
  async (most) => {
    const { run } = createRequestLimit()
    const { request, sizes } = node(most, missing([]))
    const names = Array.from({ length: 20 }, (_, index) => index)
    const all = () => Promise.all(names.map((name) => run(request(name))))
    const first = all()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await first).toEqual(names)
    sizes.length = 0
    const second = all()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await second).toEqual(names)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(most)
    expect(Math.max(...sizes)).toBeGreaterThan(most / 2 - 1)
  },
)

test('a request that the node refuses alone as well is an error, and leaves no limit behind', async () => {
  const { run } = createRequestLimit()
  const { request, sizes } = node(100, http(400))
  const refusing = () => Promise.reject(http(400))
  const outcomes = Promise.allSettled([run(refusing), run(request(1)), run(refusing)])
  await vi.advanceTimersByTimeAsync(1_000)
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
  const all = Promise.all([2, 3, 4, 5].map((name) => run(request(name))))
  await vi.advanceTimersByTimeAsync(1_000)
  expect([await all, sizes.at(-1)]).toEqual([[2, 3, 4, 5], 4])
})

test('other failures shrink no limit and are not repeated', async () => {
  const { run } = createRequestLimit()
  const request = vi.fn(() => Promise.reject(rpcError(-32005, 'limit exceeded')))
  await expect(Promise.all([run(request), run(request)])).rejects.toThrow('could not coalesce error')
  expect(request).toHaveBeenCalledTimes(2)
})

test('all brokers of a provider share its limit', () => {
  const [one, other] = [{}, {}]
  expect(requestLimitOf(one)).toBe(requestLimitOf(one))
  expect(requestLimitOf(one)).not.toBe(requestLimitOf(other))
})

test('a node that limits requests by HTTP 429 is quoted, though ethers repeats them in silence', async () => {
  const request = new FetchRequest('http://127.0.0.1:1')
  const body = new TextEncoder().encode('{"error":{"code":429,"message":"upgrade your plan"}}')
  request.getUrlFunc = () => Promise.resolve({ statusCode: 429, statusMessage: 'Too Many Requests', headers: {}, body })
  const network = Network.from(31337)
  const rpc = await rpcOf(new JsonRpcProvider(request, network, { staticNetwork: network }))
  const failure = rpc.head().catch(reasonOf)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await failure).toBe('no answer within 20000 ms; the node says: HTTP 429, upgrade your plan (SERVER_ERROR)')
})
