import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { FetchRequest, JsonRpcProvider, Network, parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type NetworkConfig } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'

type Call = { jsonrpc: string; id: number; method: string; params: unknown[] }
type Refusal = (calls: Call[], outgoing: ServerResponse) => void

const answer = (outgoing: ServerResponse, body: unknown, status = 200): void => {
  outgoing.writeHead(status, { 'content-type': 'application/json' })
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
}
const error = (message: string, code = -32000, id: number | null = null) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
})

/** The ways in which nodes refuse a batch. */
const refusals: [string, Refusal][] = [
  ['one error object', (_, outgoing) => answer(outgoing, error('batch limit 10 exceeded'))],
  ['one error without a word about batches', (_, outgoing) => answer(outgoing, error('Invalid Request', -32600))],
  [
    'one error for the first call',
    ([first], outgoing) => answer(outgoing, [error('batch too large', -32600, first?.id)]),
  ],
  [
    'an error for each call',
    (calls, outgoing) =>
      answer(
        outgoing,
        calls.map(({ id }) => error('Batch size too large', 31, id)),
      ),
  ],
  [
    'answers to the first call only',
    ([first], outgoing) => void forward([first]).then((body) => answer(outgoing, body)),
  ],
  ['HTTP 413', (_, outgoing) => answer(outgoing, 'Request Entity Too Large', 413)],
  ['HTTP 400', (_, outgoing) => answer(outgoing, '<html>Bad Request</html>', 400)],
  [
    'HTTP 500 with words',
    (_, outgoing) => answer(outgoing, error('Batch of more than 3 requests are not allowed', 31), 500),
  ],
  ['an empty body', (_, outgoing) => answer(outgoing, '')],
  ['null', (_, outgoing) => answer(outgoing, 'null')],
]

let chain: LocalChain
let user: Wallet
let restore: () => Promise<void>
let without: NetworkConfig
const brokers: Broker[] = []
const nodes: Server[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  without = { ...chain.network, multicall3: '0x000000000000000000000000000000000000dEaD' }
  restore = await chain.snapshot()
})
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  for (const node of nodes.splice(0)) node.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

const cases = refusals.flatMap(([form, refuse], index) =>
  (index < 2 ? [10, 3, 1] : [1 + (index % 3)]).map((most) => [form, most, refuse] as const),
)

describe('a node that refuses batches', () => {
  test.for(cases)('by %s, from %i calls on, is connected, read and sent to', async ([, most, refuse]) => {
    const { url, sizes } = await limitingNode(most, refuse)
    const provider = connect(url)
    const broker = await open(provider)
    expect(await broker.ledger.depositFund('5')).toMatchObject({ success: true })
    expect((await broker.position()).ledger).toMatchObject({ total: og('5') })
    const seen = sizes.length
    // The limit belongs to the provider: another broker on it sends no refused batch.
    const second = await open(provider)
    expect((await second.position()).ledger).toMatchObject({ total: og('5') })
    expect(sizes.slice(seen).filter((size) => size > most)).toEqual([])
    expect(sizes.filter((size) => size > most).length).toBeLessThanOrEqual(7)
  })
})

test('a node without a limit gets whole batches', async () => {
  const { url, sizes } = await limitingNode(Infinity, () => undefined)
  await open(connect(url))
  expect(sizes[1]).toBeGreaterThan(10)
})

describe('an answer that is no refusal of the batch keeps its words:', () => {
  test.for<[string, Refusal, string]>([
    [
      'a rate limit for the whole batch',
      (_, outgoing) => answer(outgoing, error('daily request count exceeded', -32005)),
      'daily request count exceeded',
    ],
    [
      'a rate limit for each call',
      (calls, outgoing) =>
        answer(
          outgoing,
          calls.map(({ id }) => error('limit of your plan exceeded', -32005, id)),
        ),
      'limit of your plan exceeded',
    ],
    ['HTTP 429', (_, outgoing) => answer(outgoing, error('upgrade your plan', 429), 429), 'upgrade your plan'],
    ['HTTP 503', (_, outgoing) => answer(outgoing, error('the node restarts'), 503), 'the node restarts'],
    ['HTTP 403 as text', (_, outgoing) => answer(outgoing, 'forbidden', 403), '403'],
  ])('%s', async ([, refuse, words]) => {
    const { url, sizes } = await limitingNode(1, refuse)
    const network = Network.from(31337)
    const request = new FetchRequest(url)
    // ethers repeats what a node limits by HTTP 429.
    request.setThrottleParams({ maxAttempts: 2, slotInterval: 1 })
    const provider = new JsonRpcProvider(request, network, { staticNetwork: network, batchStallTime: 0 })
    await expect(open(provider)).rejects.toMatchObject({
      name: 'ReadError',
      retryable: true,
      facts: { reason: expect.stringContaining(words) as string },
    })
    expect(sizes.length).toBeLessThanOrEqual(2)
  })
})

async function open(provider: JsonRpcProvider): Promise<Broker> {
  const broker = await createBroker({ signer: user.connect(provider), network: without, journal: memoryJournal() })
  brokers.push(broker)
  return broker
}

async function forward(payload: unknown): Promise<string> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payload) }
  return (await fetch(chain.anvil.url, init)).text()
}

/** A node that refuses batches of more than `most` calls. */
async function limitingNode(most: number, refuse: Refusal): Promise<{ url: string; sizes: number[] }> {
  const sizes: number[] = []
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const payload = (await json(incoming)) as Call | Call[]
    sizes.push([payload].flat().length)
    if (Array.isArray(payload) && payload.length > most) return refuse(payload, outgoing)
    answer(outgoing, await forward(payload))
  }
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing))
  nodes.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sizes }
}
