import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import type { ControlRequest } from '../../../src/visualizer/protocol.ts'
import { createVisualizer, type Visualizer, type VisualizerOptions } from '../../../src/visualizer/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'
import { ask, hello, visit, type Asked } from '../../support/visitor.ts'
import { EXACT } from '../../support/exact.ts'

const TOKEN = 'a-token-that-is-hard-to-guess'
const SECRET = 'rpc-password'

let chain: LocalChain, proxy: Proxy, user: Wallet, alice: LocalProvider
let restore: () => Promise<void>
let broker: Broker, visualizer: Visualizer

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  restore = await chain.snapshot()
})
beforeEach(async () => {
  const signer = user.connect(connect(`${proxy.url}/${SECRET}`))
  broker = await createBroker({ signer, network: chain.network, intervalMs: 100, journal: memoryJournal() })
  await broker.ledger.addLedger('10')
})
afterEach(async () => {
  await visualizer.close()
  await broker.close()
  await chain.provider.send('anvil_dropAllTransactions', [])
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const serve = async (options?: VisualizerOptions) => (visualizer = await createVisualizer(broker, options))
const at = (path = '') => new URL(path, visualizer.url ?? '').href
const statusOf = async (path: string, asked?: Asked) => (await ask(at(path), asked)).status
const control = (request: ControlRequest | string, headers: Record<string, string> = {}) =>
  ask(at('api/control'), {
    method: 'POST',
    headers: { 'x-og-ledger-token': TOKEN, ...headers },
    body: typeof request === 'string' ? request : JSON.stringify(request),
  })
const hers = () => ({ provider: alice.address, serviceType: 'inference' }) as const

describe('requests are answered', () => {
  test('only under the names of the loopback', async () => {
    await serve()
    expect(visualizer.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const { port } = new URL(at())
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'LOCALHOST']
    for (const host of hosts) expect([host, await statusOf('api/hello', { headers: { host } })]).toEqual([host, 200])
    const others = ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.', 'a b', '0.0.0.0']
    for (const host of others)
      for (const path of ['', 'api/hello', 'api/events'])
        expect([host, path, await statusOf(path, { headers: { host } })]).toEqual([host, path, 403])
  })

  test('but not to a script of another site', async () => {
    await serve({ control: { token: TOKEN } })
    const { host, origin: own } = new URL(at())
    const refused = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:1` },
      { origin: `https://${host}.evil.example` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]
    for (const headers of refused) {
      expect([headers, await statusOf('api/hello', { headers })]).toEqual([headers, 403])
      expect([headers, await statusOf('api/events', { headers })]).toEqual([headers, 403])
      expect([headers, (await control({ action: 'close' }, headers)).status]).toEqual([headers, 403])
    }
    expect(await statusOf('api/hello', { headers: { origin: own, 'sec-fetch-site': 'same-origin' } })).toBe(200)
    // A link on another site may open the page.
    expect(await statusOf('', { headers: { 'sec-fetch-site': 'cross-site' } })).not.toBe(403)
    expect(await statusOf('api/control', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).toBe(403)
  })

  test('also under a name in `hosts`', async () => {
    await serve({ hosts: ['ledger.example'] })
    expect(await statusOf('api/hello', { headers: { host: 'ledger.example' } })).toBe(200)
    const headers = { host: 'ledger.example', origin: 'https://ledger.example' }
    expect(await statusOf('api/hello', { headers })).toBe(200)
    expect(await statusOf('api/hello', { headers: { host: 'other.example' } })).toBe(403)
  })
})

test('every answer forbids inline scripts and styles, framing and content sniffing', async () => {
  await serve()
  for (const path of ['', 'api/hello', 'nothing', 'page.js']) {
    const { headers } = await ask(at(path))
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|http/)
  }
})

test('other methods and other paths are refused', async () => {
  await serve({ control: { token: TOKEN } })
  for (const method of ['POST', 'PUT', 'DELETE'])
    for (const path of ['', 'api/hello', 'api/events']) expect(await statusOf(path, { method })).toBe(405)
  expect(await statusOf('api/control')).toBe(405)
  const others = ['/etc/passwd', '/../package.json', '/..%2f..%2fpackage.json', '/charts.json', '/api/', '/api/hello/x']
  for (const path of [...others, '//', '//evil.example/', 'http://[', '*', '/%'])
    expect([path, await statusOf('', { path })]).toEqual([path, 404])
})

describe('control', () => {
  test('is refused without the option, without the token and with another token', async () => {
    await serve()
    expect((await hello(at())).actions).toEqual([])
    expect((await control({ action: 'close' })).status).toBe(403)
    await visualizer.close()
    await serve({ control: { token: TOKEN } })
    expect((await hello(at())).actions).toContain('top-up')
    for (const token of ['', 'x', `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
      const { status, body } = await control({ action: 'close' }, { 'x-og-ledger-token': token })
      expect([status, body]).toEqual([403, '{"error":"The token is missing or wrong."}'])
    }
    const { status } = await ask(at(`api/control?token=${TOKEN}`), { method: 'POST', body: '{"action":"close"}' })
    expect(status).toBe(403)
    expect((await broker.position()).ledger).not.toBeNull()
  })

  test('a short token is refused', async () => {
    await serve()
    await expect(createVisualizer(broker, { control: { token: 'secret' } })).rejects.toThrow('16 characters')
  })

  test('the plan of a closing is told with the token alone', async () => {
    await serve({ control: { token: TOKEN } })
    const plan = (headers: Record<string, string>) => ask(at('api/closing-plan'), { headers })
    expect((await plan({})).status).toBe(403)
    expect((await plan({ 'x-og-ledger-token': `${TOKEN}x` })).status).toBe(403)
    const { status, body } = await plan({ 'x-og-ledger-token': TOKEN })
    expect([status, JSON.parse(body)]).toEqual([
      200,
      expect.objectContaining({ subAccounts: [], transactions: 1, home: `${og('10')}`, stuck: '0' }),
    ])
    await visualizer.close()
    await serve()
    expect((await plan({ 'x-og-ledger-token': TOKEN })).status).toBe(403)
  })

  test('an amount is deposited with the token, and the ledger has it', async () => {
    await serve({ control: { token: TOKEN } })
    expect((await control(JSON.stringify({ action: 'deposit', amount: '1.5' }))).status).toBe(400)
    expect((await control({ action: 'deposit', amount: `${og('2')}` })).status).toBe(202)
    await until(async () => (await broker.position()).ledger?.available === og('12'))
    expect((await control({ action: 'cancel-close' })).status).toBe(409)
  })

  test('an invalid request changes nothing', async () => {
    await serve({ control: { token: TOKEN } })
    const provider = alice.address
    const bodies = [
      '',
      'null',
      '[]',
      '{"action":"steal"}',
      '{"action":"top-up"}',
      JSON.stringify({ action: 'pause', provider, serviceType: 'other' }),
      JSON.stringify({ action: 'pause', provider: '0x1', serviceType: 'inference' }),
      JSON.stringify({ action: 'approve', ...hers() }),
      JSON.stringify({ action: 'top-up', ...hers(), amount: 1 }),
      JSON.stringify({ action: 'top-up', ...hers(), amount: '-1' }),
      JSON.stringify({ action: 'top-up', ...hers(), amount: '1.5' }),
      JSON.stringify({ action: 'close', padding: 'x'.repeat(5_000) }),
    ]
    for (const body of bodies) expect([body, (await control(body)).status]).toEqual([body, 400])
    expect((await control({ action: 'pause', ...hers() })).status).toBe(409)
    expect((await control({ action: 'approve', ...hers(), amount: '1' })).status).toBe(409)
    expect(broker.transactions()).toHaveLength(1)
  })

  test('an address that cannot be a provider is refused', async () => {
    await serve({ control: { token: TOKEN } })
    for (const provider of [
      `0x${'0'.repeat(40)}`,
      user.address,
      alice.address.replace(/[a-f]/, (one) => one.toUpperCase()),
    ])
      expect([provider, (await control({ action: 'pause', provider, serviceType: 'inference' })).status]).toEqual([
        provider,
        409,
      ])
  })

  test('with the token a sub-account is topped up, paused, resumed and retrieved, and each has its entries', async () => {
    await serve({ control: { token: TOKEN } })
    const visitor = await visit(at())
    const done = async (request: ControlRequest) => {
      expect(await control(request)).toMatchObject({ status: 202, body: '{"accepted":true}' })
      await visitor.seen('control', { action: request.action, outcome: 'done' })
    }
    await done({ action: 'top-up', ...hers(), amount: `${og('3')}` })
    expect((await broker.position()).subAccounts).toMatchObject([{ balance: og('3') }])
    broker.inference.startAutoFunding(alice.address, EXACT)
    await done({ action: 'pause', ...hers() })
    await visitor.seen('decision', { reason: 'paused' })
    await done({ action: 'resume', ...hers() })
    await done({ action: 'retrieve', ...hers() })
    visitor.leave()
    expect((await broker.position()).subAccounts).toMatchObject([{ pendingRefund: og('3') }])
    const outcomes = visitor.entries.flatMap((one) => (one.kind === 'control' ? [`${one.action} ${one.outcome}`] : []))
    expect(outcomes).toEqual(
      ['top-up', 'pause', 'resume', 'retrieve'].flatMap((one) => [`${one} asked`, `${one} done`]),
    )
  })

  test('a failure is reported in a sentence', async () => {
    await serve({ control: { token: TOKEN } })
    const visitor = await visit(at())
    await control({ action: 'top-up', ...hers(), amount: `${og('300')}` })
    const failed = await visitor.seen('control', { outcome: 'failed' })
    visitor.leave()
    expect(failed).toMatchObject({
      message: expect.stringMatching(/^\w.*\./),
      subAccount: `inference:${alice.address}`,
    })
  })

  test('a top-up that waits for approval is sent once the page approves it, and not when the page rejects it', async () => {
    await serve({ control: { token: TOKEN } })
    const visitor = await visit(at())
    broker.inference.startAutoFunding(alice.address, { ...EXACT, approve: visualizer.approve })
    await visitor.seen('transition', { to: 'awaitingApproval' })
    expect((await control({ action: 'reject', ...hers() })).status).toBe(202)
    await visitor.seen('transition', { from: 'awaitingApproval', to: 'held' })
    expect(broker.transactions()).toHaveLength(1)
    broker.inference.stopAutoFunding()
    broker.inference.startAutoFunding(alice.address, { ...EXACT, approve: visualizer.approve })
    await until(() => broker.inference.autoFundingStatus()[0]?.state === 'awaitingApproval')
    // The approved amount is less than the one that waits.
    expect(await control({ action: 'approve', ...hers(), amount: `${og('1')}` })).toMatchObject({
      status: 409,
      body: '{"error":"Another amount waits for approval by now. Look at it again."}',
    })
    expect(broker.inference.autoFundingStatus()[0]?.state).toBe('awaitingApproval')
    expect((await control({ action: 'approve', ...hers(), amount: `${og('2')}` })).status).toBe(202)
    await visitor.seen('transition', { to: 'settling' })
    visitor.leave()
    expect((await broker.position()).subAccounts).toMatchObject([{ balance: og('2') }])
  })
})

test("no answer contains a key, a token or a part of the node's URL", async () => {
  await serve({ control: { token: TOKEN } })
  const visitor = await visit(at())
  broker.inference.startAutoFunding(alice.address, EXACT)
  await visitor.seen('transition', { to: 'settling' })
  const mend = proxy.fault(({ method }) => (method === 'eth_call' ? { kind: 'http', status: 500 } : { kind: 'drop' }))
  await visitor.seen('failure')
  await control({ action: 'top-up', ...hers(), amount: `${og('3')}` })
  await visitor.seen('control', { outcome: 'failed' })
  mend()
  visitor.leave()
  const { body } = await ask(at('api/hello'))
  const output = body + JSON.stringify(visitor.entries)
  const { privateKey } = user
  for (const secret of [privateKey.slice(2), TOKEN, SECRET, new URL(proxy.url).host, 'rawTransaction', '0x02f8'])
    expect(output).not.toContain(secret)
  expect(output).not.toMatch(/0x[\da-f]{65,}/i)
})

test('the handler mounts in another server, below a path', async () => {
  await serve({ port: null, basePath: '/ledger/' })
  expect(visualizer.url).toBeNull()
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/ledger')) visualizer.handler(request, response)
    else response.end('mine')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect((await ask(base)).body).toBe('mine')
  expect(await ask(`${base}/ledger`)).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  })
  expect((await ask(`${base}/ledgers`)).status).toBe(404)
  const visitor = await visit(`${base}/ledger/`)
  await visitor.seen('position')
  visitor.leave()
  await new Promise((resolve) => server.close(resolve))
})
