import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'
import { createVisualizer, type Hello, type Visualizer, type VisualizerOptions } from '../../../src/visualizer/index.ts'
import { blocksOf, pageAt } from '../../support/markdown.ts'
import { startNginx } from '../../support/nginx.ts'
import { until } from '../../support/until.ts'
import { ask, listen, type Asked } from '../../support/visitor.ts'

const NAME = 'ledger.example.org'
const TOKEN = 'a token of enough characters'
const USER = { authorization: `Basic ${Buffer.from('ann:open sesame').toString('base64')}` }
const [DOCUMENTED = ''] = blocksOf(pageAt('docs/page.md'), 'nginx')

let sim: Simulation
let page: Visualizer

beforeEach(async () => {
  sim = await createSimulatedBroker({ seed: 1 })
  await sim.broker.ledger.addLedger('20')
  sim.broker.inference.startAutoFunding(sim.provider.address)
  await sim.advance('1m')
})
afterEach(async () => {
  await page.close()
  await sim.close()
})

/** The page, and the port that it listens on. */
async function serve(options: VisualizerOptions = {}): Promise<string> {
  page = await createVisualizer(sim.broker, { port: 0, hosts: [NAME], control: { token: TOKEN }, ...options })
  return new URL(page.url ?? '').port
}

/** The documented block for a page on this port, with a file of users beside nginx. */
const documented = (port: string) => {
  const block = DOCUMENTED.replace('127.0.0.1:4600', `127.0.0.1:${port}`).replace('/etc/nginx/', '@/')
  return startNginx(block, { 'ledger.htpasswd': 'ann:{PLAIN}open sesame\n' })
}

const plain = (port: string, more = '') => startNginx(`location / { proxy_pass http://127.0.0.1:${port}; ${more} }`)

/** What a browser that asked for `host` gets for the page, for its state, as an event, and for an action. */
async function experience(url: string, host: string, headers: Record<string, string> = {}) {
  const asked: Asked = { headers: { ...headers, host } }
  const at = (path: string) => new URL(path, url)
  const [index, state] = [await ask(at(''), asked), await ask(at('api/hello'), asked)]
  const { id } = JSON.parse(state.body) as Hello
  const events = await listen(url, { after: id, headers: { ...headers, host } })
  const { address: provider, serviceType } = sim.provider
  const action = await ask(at('api/control'), {
    method: 'POST',
    headers: {
      ...headers,
      host,
      origin: `https://${host}`,
      'content-type': 'application/json',
      'x-og-ledger-token': TOKEN,
    },
    body: JSON.stringify({ action: 'pause', provider, serviceType }),
  })
  // One small entry: a proxy that buffers would keep it until more comes.
  if (action.status === 202) await events.seen('control', { outcome: 'done' })
  else {
    sim.broker.inference.pauseAutoFunding()
    await until(async () => (await sim.advance('30s'), events.entries.length > 0))
  }
  events.leave()
  return [index.status, state.status, action.status, (JSON.parse(action.body) as { error?: string }).error]
}

test('behind the documented block everything works, under any port, for those who have its password', async () => {
  await using nginx = await documented(await serve())
  for (const path of ['', 'api/hello']) expect((await ask(new URL(path, nginx.url))).status).toBe(401)
  for (const host of [NAME, `${NAME}:8443`])
    expect([host, await experience(nginx.url, host, USER)]).toEqual([host, [200, 200, 202, undefined]])
})

test('behind the documented block another name and the script of another site are refused', async () => {
  await using nginx = await documented(await serve())
  const statusOf = async (headers: Record<string, string>) =>
    (await ask(new URL('api/hello', nginx.url), { headers: { ...USER, ...headers } })).status
  expect(await statusOf({ host: 'other.example.org' })).toBe(403)
  expect(await statusOf({ host: NAME, origin: 'https://other.example.org' })).toBe(403)
})

test("behind nginx's defaults a person looks, and the refusal of an action names the header", async () => {
  await using nginx = await plain(await serve())
  const error =
    'The Host header and the origin differ. A proxy in front must pass on the Host that was asked for ' +
    '(nginx: proxy_set_header Host $http_host).'
  expect(await experience(nginx.url, NAME)).toEqual([200, 200, 403, error])
})

test('behind nginx with Host $host actions work on the usual port alone', async () => {
  await using nginx = await plain(await serve(), 'proxy_set_header Host $host;')
  expect(await experience(nginx.url, NAME)).toEqual([200, 200, 202, undefined])
  expect((await experience(nginx.url, `${NAME}:8443`))[2]).toBe(403)
})

test.each([
  ['kept, with basePath', '', { basePath: '/ledger' }],
  ['taken off, without it', '/', {}],
])('a path of its own works: %s', async (_, end, options) => {
  const port = await serve(options)
  const proxied = `proxy_pass http://127.0.0.1:${port}${end}; proxy_set_header Host $http_host;`
  await using nginx = await startNginx(`location /ledger/ { ${proxied} }`)
  expect(await experience(`${nginx.url}ledger/`, NAME)).toEqual([200, 200, 202, undefined])
})

test('nginx that compresses everything passes each event on at once', async () => {
  await using nginx = await plain(await serve(), 'proxy_set_header Host $http_host; gzip on; gzip_types *;')
  expect(await experience(nginx.url, NAME)).toEqual([200, 200, 202, undefined])
})
