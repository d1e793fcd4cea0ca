import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, decode, memoryJournal, type Broker, type Plan } from '../../src/index.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { until } from '../support/until.ts'

type App = {
  app: (request: IncomingMessage, response: ServerResponse) => void
  close: (server: Server) => Promise<void>
}
type Example = { createApp: (broker: Broker, options: { password: string }) => Promise<App> }

// Express has no types of its own, and neither has the example.
const file = join(import.meta.dirname, '../../examples/express/app.mjs')
const { createApp } = (await import(file)) as Example

let chain: LocalChain
let broker: Broker
let app: App
let server: Server
let url: string

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  const [signer] = chain.wallets
  if (!signer) throw new Error('The chain has no wallet.')
  broker = await createBroker({ signer, network: chain.network, journal: memoryJournal(), intervalMs: 200 })
  app = await createApp(broker, { password: 'of-this-test' })
  server = createServer(app.app)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}, 120_000)
afterAll(async () => {
  await app.close(server)
  await broker.close()
  await chain[Symbol.asyncDispose]()
})

const authorization = `Basic ${Buffer.from('admin:of-this-test').toString('base64')}`
const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers })

test('the page lies behind its path and a login, with the routes of the app beside it', async () => {
  expect((await ask('/ledger/')).status).toBe(401)
  expect((await ask('/ledger/', { authorization: 'Basic YWRtaW46d3Jvbmc=' })).status).toBe(401)
  const page = await ask('/ledger/', { authorization })
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  const hello = await ask('/ledger/api/hello', { authorization })
  expect(await hello.json()).toMatchObject({ wallet: broker.wallet })
  expect((await ask('/nowhere')).status).toBe(404)
})

test('it ends while a page is open and a browser holds a connection in reserve', async () => {
  const other = await createApp(broker, { password: 'of-this-test' })
  const ending = createServer(other.app)
  await new Promise<void>((resolve) => void ending.listen(0, '127.0.0.1', resolve))
  const { port } = ending.address() as AddressInfo
  const spare = connect(port, '127.0.0.1').on('error', () => undefined)
  await once(spare, 'connect')
  const events = await fetch(`http://127.0.0.1:${port}/ledger/api/events`, { headers: { authorization } })
  expect(events.status).toBe(200)
  const ended = once(ending, 'close')
  await other.close(ending)
  await ended
  await events.body?.cancel().catch(() => undefined)
})

test('metrics, health and the plan are those of the broker', async () => {
  const provider = chain.inference[0]?.address ?? ''
  await broker.ledger.addLedger('10')
  broker.inference.startAutoFunding(provider)
  await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'sufficient')

  const text = await ask('/metrics')
  expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8; version=0.0.4')
  expect(await text.text()).toMatch(/^og_ledger_up\{.*\} 1$/m)
  const open = await ask('/metrics', { accept: 'application/openmetrics-text; version=1.0.0' })
  expect(open.headers.get('content-type')).toContain('application/openmetrics-text')
  expect(await open.text()).toMatch(/# EOF\n$/)

  const healthz = await ask('/healthz')
  expect([healthz.status, await healthz.json()]).toEqual([200, expect.objectContaining({ status: 'pass' })])
  expect((await ask('/plan')).status).toBe(401)
  const plan = decode<Plan>(await (await ask('/plan', { authorization })).text())
  expect(plan.decisions.map((one) => [one.provider, one.available])).toEqual([[provider, 3n * 10n ** 18n]])
})
