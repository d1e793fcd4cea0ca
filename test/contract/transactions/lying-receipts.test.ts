import { parseEther as og, toQuantity, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type BrokerOptions, type Journal } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { drainedWallet, holdingsOf } from '../../support/drained-wallet.ts'
import { lastOf, outcomeInTime } from '../../support/outcome.ts'
import { changedFields } from '../../support/faults.ts'
import { startProxy, type FaultRule, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain
let proxy: Proxy
let signer: Wallet
let provider: LocalProvider
const TEN_YEARS = 10 * 365 * 86_400

const brokers: Broker[] = []
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[provider] = chain.inference as [LocalProvider]
})
beforeEach(async () => {
  signer = await drainedWallet(chain, proxy.url)
  proxy.reset()
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await chain.setAutomine(true)
  await chain.mine()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const lie = (rule: FaultRule) => void removals.push(proxy.fault(rule))
const heal = () => removals.splice(0).forEach((remove) => remove())

async function open(options: Partial<Pick<BrokerOptions, 'journal'>> = { journal: memoryJournal() }): Promise<Broker> {
  const broker = await createBroker({ signer, network: chain.network, intervalMs: 200, ...options })
  brokers.push(broker)
  return broker
}

const subAccount = async () => (await holdingsOf(chain, signer)).subAccount
const isFunded = (balance: bigint) => balance >= og('2')

/** The records of a process, as the next one finds them. */
const taken = (journal: ReturnType<typeof memoryJournal>): Journal => ({
  ...memoryJournal(),
  load: () => Promise.resolve([...journal.records]),
})

test('a receipt that once names a block 10^9 too high stops no reading, also after a restart', async () => {
  const journal = memoryJournal()
  const first = await open({ journal })
  let lies = 0
  lie(({ method }) =>
    method === 'eth_getTransactionReceipt' && (lies += 1) === 1
      ? changedFields({ blockNumber: () => '0x3b9aca17' })
      : undefined,
  )
  first.inference.startAutoFunding(provider.address, EXACT)
  expect(await lastOf(subAccount, isFunded)).toBe(og('2'))
  await until(() => first.transactions().every((one) => !one.getSnapshot().hasTag('open')))
  expect(lies).toBeGreaterThan(1)
  await first.close()
  const second = await open({ journal: taken(journal) })
  second.inference.startAutoFunding(provider.address, EXACT)
  await provider.settle(signer.address, og('1'))
  await chain.warp(60)
  expect(await lastOf(subAccount, isFunded)).toBe(og('2'))
  expect(second.positions$.status.error).toBeNull()
})

test('a receipt without a block number pays nothing twice while calls lag three blocks', async () => {
  const broker = await open()
  await chain.mine(3)
  lie(({ method }) => {
    if (method === 'eth_getTransactionReceipt') return changedFields({ blockNumber: () => undefined })
    return method === 'eth_call' ? { kind: 'stale', blocks: 3 } : undefined
  })
  const first = broker.inference.ensureFunded(provider.address, '2')
  await until(async () => (await subAccount()) === og('2'))
  await chain.mine(3)
  const second = broker.inference.ensureFunded(provider.address, '2')
  const third = broker.inference.ensureFunded(provider.address, '2')
  heal()
  await chain.mine(3)
  const all = Promise.all([first, second, third])
  expect(await outcomeInTime(all)).toMatchObject({
    value: [{ success: true }, null, null],
  })
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('2'), ledger: og('16') })
})

test('a node that answers a query for block 0 with its latest block keeps no journal from the next process', async () => {
  lie(({ method, params }) =>
    method === 'eth_getBlockByNumber' && params[0] === '0x0'
      ? { kind: 'instead', params: ['latest', params[1]] }
      : undefined,
  )
  // The journal of the default place, which knows a chain by its first block.
  const first = await open({})
  await chain.setAutomine(false)
  const nonce = await signer.getNonce()
  first.inference.startAutoFunding(provider.address, EXACT)
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  await first.close()
  await chain.provider.send('evm_mine', [])
  const second = await open({})
  second.inference.startAutoFunding(provider.address, EXACT)
  await chain.setAutomine(true)
  await chain.mine()
  await until(() => second.inference.autoFundingStatus()[0]?.reason === 'sufficient')
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('2'), ledger: og('16') })
})

test('block times ten years ahead for a while change no payment, also after a restart', async () => {
  const journal = memoryJournal()
  const first = await open({ journal })
  first.inference.startAutoFunding(provider.address, EXACT)
  expect(await lastOf(subAccount, isFunded)).toBe(og('2'))
  const { timestamp } = (await chain.provider.getBlock('latest'))!
  const years = (hex: string) => hex.replaceAll(word(timestamp), word(timestamp + TEN_YEARS))
  lie(({ method }) => {
    if (method === 'eth_call') return { kind: 'change', change: (answer) => years(String(answer)) }
    return method === 'eth_getBlockByNumber'
      ? changedFields({ timestamp: (time) => toQuantity(Number(time) + TEN_YEARS) })
      : undefined
  })
  await until(() => first.positions$.status.dropped > 4)
  await first.close()
  heal()
  const second = await open({ journal: taken(journal) })
  second.inference.startAutoFunding(provider.address, EXACT)
  await provider.settle(signer.address, og('1'))
  await chain.warp(60)
  expect(await lastOf(subAccount, isFunded)).toBe(og('2'))
})

const word = (value: number): string => value.toString(16).padStart(64, '0')
