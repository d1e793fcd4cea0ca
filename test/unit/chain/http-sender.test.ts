import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { JsonRpcProvider, Network } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withLargeCalls } from '../../../src/chain/http-sender.ts'

type Payload = { id: number; method: string; params: [{ data?: string }, string] }
type Answer = { status?: number; body: unknown }

let server: Server, url: string
let answer: (payload: Payload) => Answer = () => ({ body: null })
const received: { payload: Payload | Payload[]; headers: Record<string, unknown> }[] = []

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    void json(incoming).then((payload) => {
      received.push({ payload: payload as Payload, headers: incoming.headers })
      const { status = 200, body } = answer(payload as Payload)
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const plain = (type = JsonRpcProvider) => new type(url, Network.from(31337), { staticNetwork: true, cacheTimeout: -1 })
const LARGE = [{ data: `0x${'ab'.repeat(10_000)}` }, 'latest'] as const
const SMALL = [{ data: '0xab' }, 'latest'] as const
const say = (result: unknown) => (answer = ({ id }) => ({ body: { jsonrpc: '2.0', id, result } }))
const outcome = async (work: Promise<unknown>) =>
  work.then(
    (value) => ({ value }),
    ({ code, message, error, info }: Record<string, unknown>) => ({ code, message, error, info }),
  )
/** The id of a request counts up on each way for itself. */
const withoutId = (value: unknown) =>
  JSON.parse(JSON.stringify(value ?? null).replace(/"id":\s*\d+/g, '"id":0')) as unknown

test('a large call goes by the connection of the provider, with its headers, and a small one by the provider', async () => {
  say('0x01')
  const provider = plain()
  const sent: unknown[] = []
  void provider.on('debug', ({ action }: { action: string }) => sent.push(action))
  const send = withLargeCalls(provider)
  received.length = 0
  expect(await send('eth_call', LARGE)).toBe('0x01')
  expect(sent).toEqual([])
  expect(received[0]?.payload).toMatchObject({ jsonrpc: '2.0', method: 'eth_call', params: LARGE })
  expect(received[0]?.headers['content-type']).toBe('application/json')
  expect(await send('eth_call', SMALL)).toBe('0x01')
  expect(sent).toEqual(['sendRpcPayload', 'receiveRpcResult'])
  provider.destroy()
})

const answers: [string, (payload: Payload) => Answer][] = [
  [
    'a revert',
    ({ id }) => ({ body: { jsonrpc: '2.0', id, error: { code: 3, message: 'execution reverted', data: '0x1234' } } }),
  ],
  ['an error', ({ id }) => ({ body: { jsonrpc: '2.0', id, error: { code: -32005, message: 'limit exceeded' } } })],
  ['HTTP 413', () => ({ status: 413, body: 'Request Entity Too Large' })],
  ['text beyond ASCII', ({ id }) => ({ body: { jsonrpc: '2.0', id, result: 'größer 🙂' } })],
]

test('an answer that is no JSON-RPC is an error, as by the provider', async () => {
  answer = () => ({ body: null })
  const provider = plain()
  await expect(provider.send('eth_call', [...LARGE])).rejects.toThrow("Cannot read properties of null (reading 'id')")
  await expect(withLargeCalls(provider)('eth_call', LARGE)).rejects.toThrow('missing response for request')
  provider.destroy()
})

test.for(answers)('%s is what the provider makes of it', async ([, answered]) => {
  answer = answered
  const provider = plain()
  const expected = await outcome(provider.send('eth_call', [...LARGE]))
  const actual = await outcome(withLargeCalls(provider)('eth_call', LARGE))
  expect(withoutId(actual)).toEqual(withoutId(expected))
  provider.destroy()
})

class Retrying extends JsonRpcProvider {
  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    return [await super.send(method, params), 'sent twice']
  }
}
/** It connects in its own way, too. */
class Rotating extends Retrying {
  constructor(...options: ConstructorParameters<typeof JsonRpcProvider>) {
    super(...options)
    const connect = Reflect.get(this, '_getConnection') as () => unknown
    Reflect.set(this, '_getConnection', () => Reflect.apply(connect, this, []))
  }
}
class Signing extends JsonRpcProvider {
  constructor(...options: ConstructorParameters<typeof JsonRpcProvider>) {
    super(...options)
    const send = Reflect.get(this, '_send') as (payload: unknown) => Promise<object[]>
    const signed = async (payload: unknown) =>
      (await Reflect.apply(send, this, [payload])).map((one) => ({ ...one, result: 'signed' }))
    Reflect.set(this, '_send', signed)
  }
}

test('a provider that sends in its own way keeps it', async () => {
  say('0x01')
  const [retrying, rotating, signing, changed] = [plain(Retrying), plain(Rotating), plain(Signing), plain()]
  expect(await withLargeCalls(retrying)('eth_call', LARGE)).toEqual(['0x01', 'sent twice'])
  expect(await withLargeCalls(rotating)('eth_call', LARGE)).toEqual(['0x01', 'sent twice'])
  expect(await withLargeCalls(signing)('eth_call', LARGE)).toBe('signed')
  changed.send = () => Promise.resolve('changed')
  expect(await withLargeCalls(changed)('eth_call', LARGE)).toBe('changed')
  expect(await withLargeCalls({ send: () => Promise.resolve('other') })('eth_call', LARGE)).toBe('other')
  for (const one of [retrying, rotating, signing, changed]) one.destroy()
})
