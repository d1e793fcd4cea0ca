import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Wallet } from 'ethers'
import { createBroker, health, memoryJournal, openFileJournal, type Journal } from '../../../src/index.ts'
import { createVisualizer } from '../../../src/visualizer/index.ts'
import { openProbes } from '../../../src/cli/session/probes.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { readExposition } from '../../support/exposition.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'
import { ask } from '../../support/visitor.ts'

let chain: LocalChain, proxy: Proxy, user: Wallet

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const brokerOn = (more: { journal?: Journal } = {}) =>
  createBroker({
    signer: user.connect(connect(proxy.url)),
    network: chain.network,
    intervalMs: 100,
    journal: memoryJournal(),
    ...more,
  })

test('the server answers with metrics, livez and readyz; readyz is 503 while readings fail, and livez is not', async () => {
  await using broker = await brokerOn()
  await using server = await openProbes(broker, { host: '127.0.0.1', port: 0 })
  const get = (path: string, headers: Record<string, string> = {}) => ask(`${server.url}${path}`, { headers })
  await until(async () => (await get('/readyz')).status === 200)
  expect(JSON.parse((await get('/readyz')).body)).toMatchObject({
    status: 'pass',
    checks: { reading: { status: 'pass' } },
  })
  const plain = await get('/metrics')
  expect([plain.status, plain.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  readExposition(plain.body, 'prometheus')
  const open = await get('/metrics', { accept: 'application/openmetrics-text; version=1.0.0' })
  expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  readExposition(open.body, 'openmetrics')

  const restore = proxy.fault(() => ({ kind: 'http', status: 500 }))
  await until(async () => (await get('/readyz')).status === 503)
  expect([(await get('/livez')).status, (await get('/metrics')).status]).toEqual([200, 200])
  restore()
  await until(async () => (await get('/readyz')).status === 200)
})

test('another name in the Host header is refused, an address is answered, and nothing but reading is allowed', async () => {
  await using broker = await brokerOn()
  await using server = await openProbes(broker, { host: '127.0.0.1', port: 0 })
  const statusOf = async (path: string, more: Parameters<typeof ask>[1] = {}) =>
    (await ask(`${server.url}${path}`, more)).status
  expect(await statusOf('/metrics', { headers: { host: 'evil.example' } })).toBe(403)
  expect(await statusOf('/metrics', { headers: { host: '10.1.2.3:9464' } })).toBe(200)
  expect(await statusOf('/metrics', { headers: { host: '[fd00::7]:9464' } })).toBe(200)
  expect(await statusOf('/metrics', { headers: { 'sec-fetch-site': 'cross-site' } })).toBe(403)
  expect(await statusOf('/metrics', { method: 'POST' })).toBe(405)
  expect(await statusOf('/other')).toBe(404)
})

test("the page's server answers the same, under its base path", async () => {
  await using broker = await brokerOn()
  await using visualizer = await createVisualizer(broker, { port: 0, basePath: '/ledger' })
  const at = (path: string) => new URL(path, visualizer.url ?? '').href
  await until(async () => (await ask(at('readyz'))).status === 200)
  expect([(await ask(at('livez'))).status, (await ask(at('metrics'))).status]).toEqual([200, 200])
  readExposition((await ask(at('metrics'))).body, 'prometheus')
})

test('a wallet whose journal is held is not ready', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'og-ledger-'))
  const path = join(folder, 'journal.jsonl')
  // Brokers of one wallet share its lane: a program that holds the file itself shares nothing.
  const holder = await openFileJournal({ chainId: 31337n, wallet: user.address, path })
  await holder.load()
  await using broker = await brokerOn({
    journal: await openFileJournal({ chainId: 31337n, wallet: user.address, path }),
  })
  broker.positions$.subscribe()
  await until(() => broker.positions$.status.block !== null)
  expect(health(broker)).toMatchObject({
    status: 'fail',
    checks: {
      journal: {
        status: 'fail',
        message: 'Nothing can be sent. Another broker of this process sends transactions for this wallet.',
      },
    },
  })
  await holder.close()
  rmSync(folder, { recursive: true })
})

test('a port that is taken is an error that names it', async () => {
  await using broker = await brokerOn()
  const taken = createServer()
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  await expect(openProbes(broker, { host: '127.0.0.1', port })).rejects.toThrow('--metrics cannot listen there.')
  taken.close()
})
