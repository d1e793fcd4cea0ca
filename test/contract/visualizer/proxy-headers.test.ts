import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createBroker, type Broker } from '../../../src/index.ts'
import { createVisualizer, type Visualizer } from '../../../src/visualizer/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { ask, hello } from '../../support/visitor.ts'
import { untilHolds } from '../../support/until.ts'

let chain: LocalChain
let broker: Broker
let page: Visualizer

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
})
beforeEach(async () => {
  const address = chain.wallets[0]?.address ?? ''
  broker = await createBroker({ provider: chain.provider, address, network: chain.network })
})
afterEach(async () => {
  vi.useRealTimers()
  await page.close()
  await broker.close()
})
afterAll(() => chain[Symbol.asyncDispose]())

const serve = async (hosts: readonly string[] = []) => (page = await createVisualizer(broker, { port: 0, hosts }))
const at = (path: string) => new URL(path, page.url ?? '').href

/** Opens the event stream: its headers, and the text that comes until it is left. */
async function openEvents() {
  const { id } = await hello(page.url ?? '')
  let text = ''
  return new Promise<{ headers: Record<string, unknown>; text: () => string; leave: () => void }>((resolve, reject) => {
    const asking = request(at(`api/events?after=${id}`), { agent: false }, (response) => {
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('error', () => undefined)
      resolve({ headers: response.headers, text: () => text, leave: () => asking.destroy() })
    })
    asking.on('error', reject).end()
  })
}

test('the event stream forbids a proxy to buffer, to store and to transform it', async () => {
  await serve()
  const { headers, leave } = await openEvents()
  leave()
  expect(headers).toMatchObject({
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
    'cache-control': expect.stringMatching(/no-store|no-transform/) as string,
  })
})

test('a stream without news carries a sign of life more often than proxies give up', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await serve()
  const { text, leave } = await openEvents()
  await untilHolds(() => expect(text()).toContain('retry:'))
  const before = text().length
  // nginx closes what is silent for 60 s, some load balancers what is silent for 15 s.
  vi.advanceTimersByTime(15_000)
  await untilHolds(() => expect(text().length).toBeGreaterThan(before))
  leave()
  expect(text().slice(before)).toMatch(/^(:|event: beat)/m)
})

test('a name that was not given is refused with the option that gives it', async () => {
  await serve()
  const { status, body } = await ask(at('api/hello'), { headers: { host: 'ledger.example' } })
  expect(status).toBe(403)
  expect(body).toContain('ledger.example')
  expect(body).toMatch(/\bhosts\b/)
})

test("a proxy that passes its upstream's name, as nginx does by default, is told to pass the Host that was asked for", async () => {
  await serve(['ledger.example'])
  const { host } = new URL(page.url ?? '')
  const { status, body } = await ask(at('api/hello'), { headers: { host, origin: 'https://ledger.example' } })
  expect(status).toBe(403)
  expect(body).toMatch(/proxy/i)
  expect(body).toMatch(/\bHost\b/)
})

test('a proxy that passes the Host that was asked for is answered', async () => {
  await serve(['ledger.example'])
  const headers = { host: 'ledger.example', origin: 'https://ledger.example', 'x-forwarded-proto': 'https' }
  expect((await ask(at('api/hello'), { headers })).status).toBe(200)
})
