import type { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type Logger } from '../../src/index.ts'
import { silent } from '../../src/logger.ts'
import type { LocalProvider } from '../../src/local/providers.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'

const HOUR = 3_600
const FEE = 10n ** 17n

let chain: LocalChain
let proxy: Proxy
let wallet: Wallet
let alice: LocalProvider, frank: LocalProvider
let restore: () => Promise<void>
/** Block time of the first block, and of the one after three charges. */
let first: number
let charged: number

beforeAll(async () => {
  chain = await localChain()
  proxy = await startProxy(chain.anvil.url)
  ;[wallet] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  ;[frank] = chain.fineTuning as [LocalProvider]
  await using broker = await createBroker({ signer: wallet, network: chain.network, journal: memoryJournal() })
  await broker.ledger.addLedger('30')
  await broker.ledger.transferFund(alice.address, 'inference', '5')
  await broker.ledger.transferFund(frank.address, 'fine-tuning', '5')
  for (let hour = 0; hour < 3; hour += 1) {
    await chain.warp(HOUR)
    await alice.settle(wallet.address, FEE)
    await frank.settle(wallet.address, FEE)
  }
  first = (await chain.provider.getBlock(1))!.timestamp
  charged = (await chain.provider.getBlock('latest'))!.timestamp
  restore = await chain.snapshot()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test('a broker that was just started knows how fast both services charged', async () => {
  await using broker = await watching()
  const rate = (3n * FEE * BigInt(HOUR)) / BigInt(charged - first)
  expect(await burnRates(broker)).toEqual({ inference: rate, 'fine-tuning': rate })
})

test('the logs are asked once, and what readings show after that comes on top', async () => {
  proxy.reset()
  await using broker = await watching()
  await broker.plan()
  await chain.warp(HOUR)
  await alice.settle(wallet.address, FEE)
  const now = (await chain.provider.getBlock('latest'))!.timestamp
  expect(await burnRates(broker)).toEqual({
    inference: (4n * FEE * BigInt(HOUR)) / BigInt(now - first),
    'fine-tuning': (3n * FEE * BigInt(HOUR)) / BigInt(now - first),
  })
  expect(proxy.calls['eth_getLogs']).toBe(1)
  await restore()
})

test('who only reads positions does not ask for logs', async () => {
  proxy.reset()
  await using broker = await watching()
  await broker.position()
  expect(proxy.calls['eth_getLogs']).toBeUndefined()
})

test('a node that refuses long ranges is asked for shorter ones, the newest first', async () => {
  await chain.mine(400)
  const asked: number[] = []
  const undo = proxy.fault(({ method, params }) => {
    if (method !== 'eth_getLogs') return undefined
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string }
    const blocks = Number(toBlock) - Number(fromBlock) + 1
    asked.push(blocks)
    return blocks > 200 ? { kind: 'rpc', code: -32005, message: 'range too large' } : undefined
  })
  await using broker = await watching()
  const rates = await burnRates(broker)
  undo()
  const head = await chain.provider.getBlockNumber()
  const quarter = Math.ceil(head / 4)
  expect(asked).toEqual([head, quarter, quarter, quarter, head - 3 * quarter])
  const now = (await chain.provider.getBlock('latest'))!.timestamp
  const rate = (3n * FEE * BigInt(HOUR)) / BigInt(now - first)
  expect(rates).toEqual({ inference: rate, 'fine-tuning': rate })
  await restore()
})

test('a node that refuses its logs leaves the burn to what readings show, and that is said once', async () => {
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

test('who only watches learns when the gas runs dry', async () => {
  await using broker = await watching()
  const { gasDryAt, ledgerDryAt } = await broker.forecast()
  expect(ledgerDryAt).toBeGreaterThan(charged)
  expect(gasDryAt).toBeGreaterThan(charged)
})

function watching(logger: Logger = silent): Promise<Broker> {
  const { address } = wallet
  return createBroker({ provider: connect(proxy.url), address, network: chain.network, logger })
}

async function burnRates(broker: Broker): Promise<Record<string, bigint | null>> {
  const { decisions } = await broker.plan()
  return Object.fromEntries(decisions.map(({ serviceType, burnRate }) => [serviceType, burnRate]))
}
