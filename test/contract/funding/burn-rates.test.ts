import type { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type Logger } from '../../../src/index.ts'
import { silent } from '../../../src/base/logger.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'

const HOUR = 3_600
const FEE = 10n ** 17n

let chain: LocalChain
let proxy: Proxy
let wallet: Wallet
let alice: LocalProvider, frank: LocalProvider
let restore: () => Promise<void>
/** Block time at which each sub-account was opened, and of the block after three charges. */
let opened: { inference: number; 'fine-tuning': number }
let charged: number

beforeAll(async () => {
  chain = await localChain()
  proxy = await startProxy(chain.anvil.url)
  ;[wallet] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  ;[frank] = chain.fineTuning as [LocalProvider]
  await using broker = await createBroker({ signer: wallet, network: chain.network, journal: memoryJournal() })
  await broker.ledger.addLedger('30')
  // The hour before the sub-accounts were opened does not count.
  await chain.warp(HOUR)
  const inference = await broker.ledger.transferFund(alice.address, 'inference', '5')
  const fineTuning = await broker.ledger.transferFund(frank.address, 'fine-tuning', '5')
  for (let hour = 0; hour < 3; hour += 1) {
    await chain.warp(HOUR)
    await alice.settle(wallet.address, FEE)
    await frank.settle(wallet.address, FEE)
  }
  opened = { inference: await timeOf(inference.blockNumber), 'fine-tuning': await timeOf(fineTuning.blockNumber) }
  charged = await timeOf('latest')
  restore = await chain.snapshot()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test('a broker that was just opened knows the burn of both services', async () => {
  await using broker = await watching()
  expect(await burnRates(broker)).toEqual(ratesAt(charged))
})

test('the logs are read once, and later charges come from readings', async () => {
  proxy.reset()
  await using broker = await watching()
  await broker.plan()
  await chain.warp(HOUR)
  await alice.settle(wallet.address, FEE)
  const now = await timeOf('latest')
  expect(await burnRates(broker)).toEqual(ratesAt(now, { inference: 4n }))
  expect(proxy.calls['eth_getLogs']).toBe(1)
  await restore()
})

test('a broker that only reads positions does not ask for logs', async () => {
  proxy.reset()
  await using broker = await watching()
  await broker.position()
  expect(proxy.calls['eth_getLogs']).toBeUndefined()
})

test('a node that refuses long ranges is asked for shorter ones, the newest first', async () => {
  await chain.mine(400)
  const ranges: number[] = []
  const undo = proxy.fault(({ method, params }) => {
    if (method !== 'eth_getLogs') return undefined
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string }
    const blocks = Number(toBlock) - Number(fromBlock) + 1
    ranges.push(blocks)
    return blocks > 200 ? { kind: 'rpc', code: -32005, message: 'range too large' } : undefined
  })
  await using broker = await watching()
  const rates = await burnRates(broker)
  undo()
  const head = await chain.provider.getBlockNumber()
  const quarter = Math.ceil(head / 4)
  expect(ranges).toEqual([head, quarter, quarter, quarter, head - 3 * quarter])
  expect(rates).toEqual(ratesAt(await timeOf('latest')))
  await restore()
})

test('without logs the burn comes from readings alone, and the broker logs that once', async () => {
  const warnings: string[] = []
  const undo = proxy.fault(({ method }) =>
    method === 'eth_getLogs' ? { kind: 'rpc', code: -32601, message: 'method not found' } : undefined,
  )
  await using broker = await watching({ ...silent, warn: (_, message) => void warnings.push(message) })
  expect(await burnRates(broker)).toEqual({ inference: null, 'fine-tuning': null })
  await broker.plan()
  undo()
  expect(warnings).toEqual(['earlier charges are unknown; the burn is measured from now on'])
})

test('a read-only broker forecasts when the gas runs out', async () => {
  await using broker = await watching()
  const { gasDryAt, ledgerDryAt } = await broker.forecast()
  expect(ledgerDryAt).toBeGreaterThan(charged)
  expect(gasDryAt).toBeGreaterThan(charged)
})

/** The rates after three charges each, or more where the test says so. */
function ratesAt(now: number, { inference = 3n } = {}): Record<string, bigint> {
  const rateOf = (charges: bigint, since: number) => (charges * FEE * BigInt(HOUR)) / BigInt(now - since)
  return { inference: rateOf(inference, opened.inference), 'fine-tuning': rateOf(3n, opened['fine-tuning']) }
}

async function timeOf(block: number | 'latest'): Promise<number> {
  return (await chain.provider.getBlock(block))!.timestamp
}

function watching(logger: Logger = silent): Promise<Broker> {
  const { address } = wallet
  return createBroker({ provider: connect(proxy.url), address, network: chain.network, logger })
}

async function burnRates(broker: Broker): Promise<Record<string, bigint | null>> {
  const { decisions } = await broker.plan()
  return Object.fromEntries(decisions.map(({ serviceType, burnRate }) => [serviceType, burnRate]))
}
