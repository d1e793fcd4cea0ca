import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import * as files from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseEther as og } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { receiverServer, type ReceiverServer } from '../../support/receiver-server.ts'
import { until } from '../../support/until.ts'

const PROCESS = join(import.meta.dirname, '../../support/alerting-process.mjs')

let chain: LocalChain
let server: ReceiverServer
let folder: string
const children: ChildProcess[] = []

beforeAll(async () => {
  folder = files.mkdtempSync(join(tmpdir(), 'og-ledger-alerts-'))
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  server = await receiverServer()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  files.rmSync(folder, { recursive: true })
  await server[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})

test('killed while it says "firing", and started again: no second one, one resolved; and top-ups wait for no receiver', async () => {
  const [wallet] = chain.wallets
  const [provider] = chain.inference
  if (!wallet || !provider) throw new Error('no wallet or provider')
  await using broker = await createBroker({ signer: wallet, network: chain.network })
  await broker.ledger.addLedger('3')
  await broker.ledger.transferFund(provider.address, 'inference', '1')
  const available = async () => (await broker.position()).subAccounts[0]?.available

  server.answer('never')
  const first = start(wallet.privateKey, provider.address)
  // A ledger of 2 OG fills the sub-account of 1 OG up to 2 OG.
  await until(async () => (await available()) === og('2'))
  await provider.settle(wallet.address, og('1.5'))
  // What is left in the ledger goes first; the sub-account is low then, and held.
  await until(() => statuses().length > 0)
  first.kill('SIGKILL')
  await once(first, 'exit')
  expect(statuses()).toEqual(['firing'])
  expect(await available()).toBe(og('1.5'))

  server.answer({ status: 200 })
  const second = start(wallet.privateKey, provider.address)
  await broker.ledger.depositFund('10')
  await until(async () => (await available()) === og('2'))
  await until(() => statuses().includes('resolved'))
  expect(statuses()).toEqual(['firing', 'resolved'])

  // The receiver hangs again while the next one fires: auto-funding goes on all the same.
  server.answer('never')
  await provider.settle(wallet.address, og('1'))
  await until(async () => (await available()) === og('2'))
  second.kill('SIGKILL')
  await once(second, 'exit')
})

const statuses = () => server.received.map(({ body }) => (JSON.parse(body) as { status: string }).status)

function start(key: string, provider: string): ChildProcess {
  const { PATH = '' } = process.env
  const ALERTING = JSON.stringify({
    rpcUrl: chain.anvil.url,
    network: { ...chain.network, chainId: Number(chain.network.chainId), minLockedBalance: undefined },
    key,
    provider,
    url: server.url,
    state: join(folder, 'alerts.json'),
  })
  const child = spawn(process.execPath, [PROCESS], {
    env: { PATH, XDG_STATE_HOME: folder, ALERTING },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  children.push(child)
  return child
}
