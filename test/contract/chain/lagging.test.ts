import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BLOCK_PROOF } from '../../../src/chain/block-proof.ts'
import { connectChain } from '../../../src/chain/connect.ts'
import { createBroker, memoryJournal, type NetworkConfig } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import type { Fault } from '../../support/faults.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

/** So many blocks the replica lags behind the node of the head. */
const LAG = 3

let chain: LocalChain, proxy: Proxy
let user: Wallet, alice: LocalProvider
let without: NetworkConfig
let restore: () => Promise<void>
/** The head of the chain, as the node of the head knows it. */
let head = 0
let mining: Promise<void>
let isMining = true
/** Called for each request of the broker. */
let asked = (): void => undefined

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  without = { ...chain.network, multicall3: '0x000000000000000000000000000000000000dEaD' }
  const { ledger } = chain.contracts
  await transact(user, [
    callOf(ledger, 'addLedger', [''], og('20')),
    callOf(ledger, 'transferFund', [alice.address, 'inference-v1.0', og('2')]),
  ])
  await chain.mine(LAG)
  restore = await chain.snapshot()
})
beforeEach(async () => {
  head = await chain.provider.getBlockNumber()
  isMining = true
  removals.push(
    proxy.fault(() => {
      asked()
      return undefined
    }),
  )
  mining = keepMining()
})
afterEach(async () => {
  isMining = false
  asked()
  await mining
  removeAll()
  proxy.reset()
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const removals: (() => void)[] = []
const removeAll = () => removals.splice(0).forEach((remove) => remove())

/** Calls with a block come from a replica that refuses blocks which it does not have, and answers others at its own latest. */
function lag(...methods: string[]): void {
  removals.push(
    proxy.fault(({ method, params }): Fault | undefined => {
      const tag = params[1]
      if (!methods.includes(method)) return undefined
      if (tag === 'latest') return { kind: 'stale', blocks: LAG }
      return typeof tag === 'string' && Number(tag) > head - LAG
        ? { kind: 'rpc', code: -32000, message: 'header not found' }
        : undefined
    }),
  )
}

test('without Multicall3 a reading is at the block that the replica of the calls has', async () => {
  lag('eth_call', 'eth_getBalance')
  const signer = user.connect(connect(proxy.url))
  await using broker = await createBroker({ signer, network: without, journal: memoryJournal(), intervalMs: 200 })
  const { block, subAccounts } = await broker.position()
  expect(block.number).toBeGreaterThan(0)
  expect(subAccounts).toMatchObject([{ provider: alice.address, available: og('2') }])
  await until(() => (broker.positions$.status.block ?? 0) >= block.number)
  await alice.settle(user.address, og('1'))
  broker.inference.startAutoFunding(alice.address, EXACT)
  await until(async () => (await availableNow()) === og('2'))
  expect(broker.transactions().filter((one) => one.getSnapshot().context.operation === 'transferFund')).toHaveLength(1)
})

test('a replica that cannot prove its block is no source of a reading', async () => {
  lag('eth_call', 'eth_getBalance')
  removals.unshift(
    proxy.fault(({ method, params: [request] }) =>
      method === 'eth_call' && (request as { data?: string }).data === BLOCK_PROOF
        ? { kind: 'rpc', code: -32000, message: 'no code without an address' }
        : undefined,
    ),
  )
  const connected = await connectChain({ signer: user.connect(connect(proxy.url)) }, without)
  await expect(connected.readPosition()).rejects.toMatchObject({ name: 'ReadError' })
})

test('with Multicall3 nonce counts wait for a replica that lags, and no reading fails', async () => {
  lag('eth_getTransactionCount')
  const signer = user.connect(connect(proxy.url))
  await using broker = await createBroker({
    signer,
    network: chain.network,
    journal: memoryJournal(),
    intervalMs: 200,
  })
  broker.inference.startAutoFunding(alice.address, EXACT)
  for (const _ of [1, 2]) {
    await alice.settle(user.address, og('1'))
    await until(async () => (await availableNow()) === og('2'))
  }
  expect(broker.positions$.status.error).toBeNull()
})

async function availableNow(): Promise<bigint> {
  const { balance } = (await chain.contracts.inference
    .getFunction('getAccount')
    .staticCall(user.address, alice.address)) as { balance: bigint }
  return balance
}

/** Mines a block for each request of the broker that comes meanwhile, and tells the replica of the head. */
async function keepMining(): Promise<void> {
  while (isMining) {
    await chain.mine()
    head = await chain.provider.getBlockNumber()
    if (isMining) await new Promise<void>((resolve) => (asked = resolve))
  }
}
