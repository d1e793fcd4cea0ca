import { parseEther as og } from 'ethers'
import * as files from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { receiverServer, type ReceiverServer } from '../../support/receiver-server.ts'
import { until } from '../../support/until.ts'
import { placeOf, run, start } from './cli-process.ts'

const PATH = '/services/T0000/B0000/Zm9vYmFyc2VjcmV0'

let chain: LocalChain
let place: string[]
let server: ReceiverServer
let folder: string

beforeAll(async () => {
  folder = files.mkdtempSync(join(tmpdir(), 'og-ledger-alerts-'))
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  server = await receiverServer()
  place = placeOf(chain)
})
afterAll(async () => {
  files.rmSync(folder, { recursive: true })
  await server[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(() => {
  server.received.length = 0
  server.answer({ status: 200 })
})

test('auto-fund tells the receivers of its config what needs a person, and prints no URL of them', async () => {
  const [wallet] = chain.wallets
  const [provider] = chain.inference
  if (!wallet || !provider) throw new Error('no wallet or provider')
  await using broker = await createBroker({ signer: wallet, network: chain.network })
  await broker.ledger.addLedger('3')
  await broker.ledger.transferFund(provider.address, 'inference', '1')
  const file = write({
    intervalMs: 100,
    providers: [{ provider: provider.address, maxTopUp: '0.5', target: 2 }],
    alerts: {
      to: [{ slack: server.url + PATH }, { webhook: `${server.url}/hook` }],
      rules: { 'held-and-low': { for: '1s' } },
    },
  })
  await broker.close()
  const funding = start(['auto-fund', '--config', file, '--yes', ...place], { PRIVATE_KEY: wallet.privateKey })
  await until(() => available(wallet.address).then((amount) => amount === og('2')))
  await provider.settle(wallet.address, og('1.9'))
  await funding.line((line) => line.startsWith('Alert (held-and-low): The inference sub-account with '))
  await until(() => server.received.length === 2)
  expect(server.received.map(({ path }) => path).toSorted()).toEqual(['/hook', PATH])
  const hook = JSON.parse(server.received.find(({ path }) => path === '/hook')?.body ?? '') as object
  expect(hook).toMatchObject({
    status: 'firing',
    commonLabels: { alertname: 'held-and-low', network: '31337', provider: provider.address, reason: 'ledger-short' },
  })
  // What watch shows of the same file is no reason to send it twice.
  const watching = start(['watch', '--config', file, '--address', wallet.address, ...place])
  await watching.line((line) => line.startsWith('watch sends no alerts: the process of auto-fund or serve'))
  await watching.line((line) => line.includes('"type":"position"'))
  watching.interrupt()
  expect((await watching.ended).code).toBe(0)
  // A second process cannot have the journal: it would send each alert a second time.
  const second = await run(['auto-fund', '--config', file, '--yes', ...place], { PRIVATE_KEY: wallet.privateKey })
  expect(second.code).toBe(1)
  expect(second.stderr).toContain('this one cannot have the journal of the wallet, and sends none.')
  expect(server.received.length).toBe(2)
  funding.interrupt()
  const { code, stdout, stderr } = await funding.ended
  expect(code).toBe(0)
  expect(stdout + stderr).not.toContain('B0000')
})

test('alerts test sends one to each receiver, and fails where one does not take it', async () => {
  const file = write({ network: 'testnet', alerts: { to: [{ webhook: server.url + PATH }] } })
  expect(await run(['alerts', 'test', '--config', file])).toMatchObject({
    code: 0,
    stdout: '{"v":1,"type":"alert-test","receiver":"webhook","taken":true,"error":null}\n',
  })
  const statuses = server.received.map(({ body }) => (JSON.parse(body) as { status: string }).status)
  expect(statuses).toEqual(['firing', 'resolved'])
  server.answer({ status: 403, body: 'invalid_token' })
  const refused = await run(['alerts', 'test', '--config', file])
  expect(refused).toMatchObject({ code: 1, stderr: '1 of 1 receivers did not take the test alert.\n' })
  expect(refused.json()).toMatchObject([
    { taken: false, error: expect.stringContaining('invalid_token') as unknown },
    { type: 'error', message: '1 of 1 receivers did not take the test alert.' },
  ])
  expect(refused.stdout + refused.stderr).not.toContain('B0000')
})

test('says what is missing before anything else', async () => {
  const file = write({
    alerts: { to: [{ slack: { env: 'SLACK_WEBHOOK_URL' } }] },
    providers: [{ provider: chain.inference[0]?.address }],
  })
  const all = await Promise.all([
    run(['alerts', 'test', '--config', file]),
    run(['auto-fund', '--config', file, '--yes', ...place]),
    run(['alerts', 'test']),
    run(['alerts', 'send', '--config', file]),
    run(['alerts', 'test', '--config', write({}, 'none.json')]),
  ])
  expect(all.map(({ code, stderr }) => [code, stderr.split(/ og-ledger \S+ --help/)[0]?.trim()])).toEqual([
    [2, 'alerts.to[0]: SLACK_WEBHOOK_URL is not set in the environment.'],
    [2, 'alerts.to[0]: SLACK_WEBHOOK_URL is not set in the environment.'],
    [2, '--config FILE is missing: it says where alerts go.'],
    [2, 'og-ledger alerts knows one action: test.'],
    [2, `${join(folder, 'none.json')} has no alerts.`],
  ])
})

function write(config: object, name = 'funding.json'): string {
  const file = join(folder, name)
  files.writeFileSync(file, JSON.stringify(config))
  return file
}

async function available(wallet: string): Promise<bigint | undefined> {
  const broker = await createBroker({ provider: chain.provider, address: wallet, network: chain.network })
  try {
    return (await broker.position()).subAccounts[0]?.available
  } finally {
    await broker.close()
  }
}
