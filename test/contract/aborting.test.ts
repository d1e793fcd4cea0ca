import { once } from 'node:events'
import { Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Journal } from '../../src/index.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'

let chain: LocalChain
let proxy: Proxy
let reset: () => Promise<void>

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  proxy = await startProxy(chain.anvil.url)
  reset = await chain.snapshot()
})
afterEach(() => reset())
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const signer = () => new Wallet(chain.wallets[0]?.privateKey ?? '', connect(proxy.url))
const provider = () => chain.inference[0]?.address ?? ''
const brokerOf = (options: { signal?: AbortSignal; journal?: Journal } = {}) =>
  createBroker({ signer: signer(), network: chain.network, journal: memoryJournal(), ...options })

test('closeLedger sends nothing after an abort during its reading', async () => {
  await using broker = await brokerOf()
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(provider(), 'inference', '2')
  const abort = new AbortController()
  proxy.reset()
  const resume = proxy.pause()
  const closing = broker.ledger.closeLedger({ signal: abort.signal })
  await until(() => proxy.requests > 0)
  abort.abort()
  resume()
  await expect(closing).rejects.toMatchObject({ name: 'AbortedError' })
  expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
})

test('a long wait for refunds keeps one listener at the signal, and none after its end', async () => {
  await using broker = await createBroker({
    signer: signer(),
    network: chain.network,
    journal: memoryJournal(),
    intervalMs: 100,
  })
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(provider(), 'inference', '2')
  const abort = new AbortController()
  let listeners = 0
  const { signal } = abort
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => void (add(...args), (listeners += 1))
  signal.removeEventListener = (...args: Parameters<typeof remove>) => void (remove(...args), (listeners -= 1))
  const closing = broker.ledger.closeLedger({ signal })
  await until(() => broker.transactions().at(-1)?.getSnapshot().context.operation === 'retrieveFund')
  proxy.reset()
  await until(() => (proxy.calls['eth_call'] ?? 0) > 5)
  expect(listeners).toBeLessThanOrEqual(1)
  abort.abort()
  await expect(closing).rejects.toMatchObject({ name: 'AbortedError' })
  expect(listeners).toBe(0)
})

test('createBroker rejects after an abort during its opening, and closes its journal', async () => {
  const abort = new AbortController()
  const inner = memoryJournal()
  let isClosed = false
  const journal: Journal = { ...inner, close: () => ((isClosed = true), Promise.resolve()) }
  const resume = proxy.pause()
  proxy.reset()
  const opening = brokerOf({ signal: abort.signal, journal })
  await until(() => proxy.requests > 0)
  abort.abort()
  resume()
  await expect(opening).rejects.toMatchObject({ name: 'AbortedError' })
  expect(isClosed).toBe(true)
})

test('a second close() waits as long as the first: after both the journal is free', async () => {
  const inner = memoryJournal()
  const abort = new AbortController()
  let isClosed = false
  const journal: Journal = {
    ...inner,
    async close() {
      await once(process, 'og-ledger-test')
      isClosed = true
    },
  }
  const broker = await brokerOf({ signal: abort.signal, journal })
  abort.abort()
  const second = broker.close().then(() => isClosed)
  await broker.position().catch(() => undefined)
  process.emit('og-ledger-test' as never)
  expect(await second).toBe(true)
})
