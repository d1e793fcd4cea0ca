import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { createVisualizer, type Visualizer } from '../../../src/visualizer/index.ts'
import { ask } from '../../support/visitor.ts'

type Listener = (request: IncomingMessage, response: ServerResponse) => void
type App = Listener & { use: (...args: unknown[]) => void; get: (path: string, answer: Listener) => void }

/** Express has no types of its own. */
const express = createRequire(import.meta.url)('express') as (() => App) & { json: () => unknown }

const TOKEN = 'a-token-of-this-test-alone'

let sim: Simulation
const open: { close(): unknown }[] = []

beforeAll(async () => {
  sim = await createSimulatedBroker({ providers: 1, broker: { intervalMs: 10_000 } })
  await sim.broker.ledger.addLedger('10')
})
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})
afterAll(() => sim.close())

async function pageWith(options: { basePath?: string } = {}): Promise<Visualizer> {
  const page = await createVisualizer(sim.broker, { port: null, control: { token: TOKEN }, ...options })
  open.push(page)
  return page
}

async function serve(listener: Listener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  open.push({
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An app with routes of its own before and after the page. */
function appWith(mount: (app: App) => void): App {
  const app = express()
  app.use(express.json())
  mount(app)
  app.get('/orders', (_request, response) => void response.end('orders'))
  app.get('/ledger/own', (_request, response) => void response.end('own'))
  return app
}

test.each([
  ['under the path of the mount', {}, '/ledger'],
  ['under the path of the mount, named as basePath too', { basePath: '/ledger' }, '/ledger'],
  ['without a mount, under basePath', { basePath: '/ledger' }, null],
])('in Express the page answers %s, and leaves every other route to the app', async (_name, options, path) => {
  const page = await pageWith(options)
  const url = await serve(appWith((app) => (path === null ? app.use(page.handler) : app.use(path, page.handler))))
  const statusOf = async (route: string) => (await ask(`${url}${route}`)).status
  expect(await statusOf('/ledger/')).toBe(200)
  const slashless = await ask(`${url}/ledger`)
  expect([slashless.status, sourcesIn(slashless.body)]).toEqual([200, ['./ledger/page.css', './ledger/page.js']])
  const slashed = await ask(`${url}/ledger/`)
  expect(slashed.body).toBe(slashless.body.replaceAll('./ledger/', ''))
  expect(JSON.parse((await ask(`${url}/ledger/api/hello`)).body)).toMatchObject({ wallet: sim.broker.wallet })
  expect(await statusOf('/ledger/livez')).toBe(200)
  const orders = await ask(`${url}/orders`)
  expect([orders.status, orders.body, orders.headers['content-security-policy']]).toEqual([200, 'orders', undefined])
  expect((await ask(`${url}/ledger/own`)).body).toBe('own')
  expect(await statusOf('/nowhere')).toBe(404)
})

test('an address of the API that ends in a slash is the same address', async () => {
  const page = await pageWith({ basePath: '/ledger' })
  const url = await serve(appWith((app) => app.use(page.handler)))
  expect(JSON.parse((await ask(`${url}/ledger/api/hello/`)).body)).toMatchObject({ wallet: sim.broker.wallet })
})

test('a mount whose name the visitor chooses puts nothing of it into the page but an address', async () => {
  const page = await pageWith()
  const url = await serve(appWith((app) => app.use('/:tenant', page.handler)))
  const { body } = await ask(url, { path: `/"><script>alert(1)<'` })
  expect(sourcesIn(body)).toEqual([
    `./%22%3E%3Cscript%3Ealert(1)%3C'/page.css`,
    `./%22%3E%3Cscript%3Ealert(1)%3C'/page.js`,
  ])
})

/** What the page loads, its icon aside. */
function sourcesIn(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]*)"/g)].flatMap(([, at]) => (at?.startsWith('data:') ? [] : (at ?? '')))
}

test('a control request whose body the app has parsed is understood', async () => {
  const page = await pageWith()
  const url = await serve(appWith((app) => app.use('/ledger', page.handler)))
  const answer = await ask(`${url}/ledger/api/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-og-ledger-token': TOKEN },
    body: '{"action":"no such action"}',
  })
  expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { error: 'The body is no control request.' }])
  const paused = await ask(`${url}/ledger/api/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-og-ledger-token': TOKEN },
    body: JSON.stringify({ action: 'pause', provider: sim.provider.address, serviceType: 'inference' }),
  })
  expect(paused.status).not.toBe(400)
})

test('a fetch handler gives the page, the history and its probes, and refuses what the handler refuses', async () => {
  const { fetch } = await pageWith({ basePath: '/ledger' })
  const get = (path: string, init?: RequestInit) => fetch(new Request(`http://localhost:3000${path}`, init))
  const page = await get('/ledger/')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('<!doctype html>')
  expect(await (await get('/ledger/api/hello')).json()).toMatchObject({ wallet: sim.broker.wallet })
  expect((await get('/ledger/livez')).status).toBe(200)
  expect((await get('/elsewhere')).status).toBe(404)
  expect((await get('/ledger/', { headers: { host: 'evil.example' } })).status).toBe(403)
  expect((await get('/ledger/api/control', { method: 'POST', body: '{}' })).status).toBe(403)
  const denied = await get('/ledger/api/control', {
    method: 'POST',
    headers: { 'x-og-ledger-token': TOKEN },
    body: JSON.stringify({ action: 'none' }),
  })
  expect(denied.status).toBe(400)
})

test('a fetch handler streams events until its reader leaves', async () => {
  const { fetch } = await pageWith()
  const hello = (await (await fetch(new Request('http://localhost/api/hello'))).json()) as { id: string }
  const response = await fetch(new Request(`http://localhost/api/events?after=${hello.id}`))
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  const readUntil = async (words: string) => {
    while (!text.includes(words)) text += decoder.decode((await reader.read()).value, { stream: true })
  }
  await readUntil('retry: 1000')
  sim.broker.positions$.subscribe()
  await sim.advance('30s')
  await readUntil('event: entry')
  await reader.cancel()
})
