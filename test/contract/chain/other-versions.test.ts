import { getAddress, id, parseEther as og, toBeHex, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, decodeRecording, encodePosition, type Broker, type NetworkConfig } from '../../../src/index.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { deployVersion } from '../../support/other-version.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'

const ALICE = getAddress(toBeHex(0xa11ce, 20))
const BOB = getAddress(toBeHex(0xb0b, 20))
const LOCK = 7_200
const REGISTRY = id('getAllActiveServices()').slice(0, 10)

let chain: LocalChain, proxy: Proxy
let user: Wallet
let restore: () => Promise<void>
let without: NetworkConfig
const brokers: Broker[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  await deployVersion(chain, { serviceType: 'inference', version: 'v1.1', lockTime: LOCK })
  await deployVersion(chain, { serviceType: 'fine-tuning', version: 'v1.1', lockTime: LOCK })
  await deployVersion(chain, { serviceType: 'storage', version: 'v1.0' })
  without = { ...chain.network, multicall3: '0x000000000000000000000000000000000000dEaD' }
  const { ledger } = chain.contracts
  await transact(user, [callOf(ledger, 'addLedger', [''], og('50')), transfer(ALICE, 'inference-v1.0', '1')])
  restore = await chain.snapshot()
})
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  proxy.reset()
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test.each(['with', 'without'])(
  'money in another version is read at the block of the rest, %s Multicall3',
  async (how) => {
    const [receipt] = await transact(user, [
      transfer(ALICE, 'inference-v1.1', '2'),
      transfer(BOB, 'fine-tuning-v1.1', '3'),
      retrieve([BOB], 'fine-tuning-v1.1'),
      transfer(BOB, 'fine-tuning-v1.1', '1'),
    ]).then((receipts) => receipts.slice(2))
    const createdAt = (await receipt?.getBlock())?.timestamp ?? 0
    const broker = await open(how === 'with' ? chain.network : without)
    const { ledger, subAccounts, elsewhere } = await broker.position()
    expect(ledger).toMatchObject({ locked: og('6') })
    expect(subAccounts).toMatchObject([{ provider: ALICE, balance: og('1') }])
    const common = { lockTime: LOCK, claimable: 0n, acknowledged: true, tokensRevoked: false }
    expect(elsewhere).toEqual([
      {
        ...common,
        service: 'inference-v1.1',
        serviceType: 'inference',
        provider: ALICE,
        balance: og('2'),
        available: og('2'),
        pendingRefund: 0n,
        refunds: [],
      },
      {
        ...common,
        service: 'fine-tuning-v1.1',
        serviceType: 'fine-tuning',
        provider: BOB,
        balance: og('3'),
        available: og('1'),
        pendingRefund: og('2'),
        refunds: [{ amount: og('2'), createdAt, unlocksAt: createdAt + LOCK, claimable: false }],
      },
    ])
    expect((await broker.ledger.getLedgerWithDetail()).elsewhere).toEqual(elsewhere)
  },
)

test('an empty sub-account in another version is not shown, nor anything where all is known', async () => {
  await transact(user, [transfer(ALICE, 'inference-v1.1', '2'), retrieve([ALICE], 'inference-v1.1')])
  await chain.warp(LOCK)
  await transact(user, [retrieve([ALICE], 'inference-v1.1')])
  const broker = await open()
  expect(await broker.position()).not.toHaveProperty('elsewhere')
  expect(await broker.ledger.getLedgerWithDetail()).not.toHaveProperty('elsewhere')
})

test('a recording keeps it', async () => {
  await transact(user, [transfer(ALICE, 'inference-v1.1', '2')])
  const position = await (await open()).position()
  expect(position.elsewhere).toHaveLength(1)
  expect(decodeRecording(encodePosition(position)).positions).toEqual([position])
})

test('another version takes two requests more at first, and none once it is known', async () => {
  const broker = await open()
  proxy.reset()
  await broker.position()
  expect([proxy.requests, questions()]).toEqual([1, 0])
  await transact(user, [transfer(ALICE, 'inference-v1.1', '2')])
  proxy.reset()
  for (const expected of [3, 4, 5]) {
    await broker.position()
    expect([proxy.requests, questions()]).toEqual([expected, 1])
  }
})

test('a service of another kind stays unexplained, and is looked for again after 100 blocks', async () => {
  await transact(user, [transfer(ALICE, 'storage-v1.0', '2')])
  const { fineTuning: _, ...network } = chain.network
  const broker = await open(network)
  proxy.reset()
  const { ledger, elsewhere } = await broker.position()
  expect([ledger?.locked, elsewhere]).toEqual([og('3'), undefined])
  await broker.position()
  expect(questions()).toBe(1)
  await chain.mine(100)
  await broker.position()
  expect(questions()).toBe(2)
})

test('a registry without another version has nothing to show', async () => {
  const plain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  try {
    const [wallet] = plain.wallets
    if (!wallet) throw new Error('The chain lacks a wallet.')
    const { ledger } = plain.contracts
    await deployVersion(plain, { serviceType: 'storage', version: 'v1.0' })
    await transact(wallet, [
      callOf(ledger, 'addLedger', [''], og('5')),
      callOf(ledger, 'transferFund', [ALICE, 'storage-v1.0', og('1')]),
    ])
    await using broker = await createBroker({
      provider: plain.provider,
      address: wallet.address,
      network: plain.network,
    })
    const positions = [await broker.position(), await broker.position()]
    expect(positions).toMatchObject([{ ledger: { locked: og('1') } }, { ledger: { locked: og('1') } }])
    expect(positions.map(({ elsewhere }) => elsewhere)).toEqual([undefined, undefined])
  } finally {
    await plain[Symbol.asyncDispose]()
  }
})

test('a service without an address in the network is another version, too', async () => {
  await transact(user, [transfer(ALICE, 'fine-tuning-v1.0', '2')])
  const { fineTuning: _, ...network } = chain.network
  const { elsewhere } = await (await open(network)).position()
  expect(elsewhere).toMatchObject([{ service: 'fine-tuning-v1.0', provider: ALICE, balance: og('2') }])
})

test('a deployment without a registry has positions all the same', async () => {
  await transact(user, [transfer(ALICE, 'inference-v1.1', '2')])
  const broker = await open(without)
  const remove = proxy.fault(({ method, params: [request] }) =>
    method === 'eth_call' && (request as { data?: string } | undefined)?.data === REGISTRY
      ? { kind: 'rpc', code: 3, message: 'execution reverted' }
      : undefined,
  )
  expect(await broker.position()).not.toHaveProperty('elsewhere')
  remove()
})

/** How often the registry was asked for, by itself or within Multicall3. */
const questions = (): number =>
  proxy.log.filter(({ params: [request] }) => ((request ?? {}) as { data?: string }).data?.includes(REGISTRY.slice(2)))
    .length

async function open(network: NetworkConfig = chain.network): Promise<Broker> {
  const broker = await createBroker({ provider: connect(proxy.url), address: user.address, network })
  brokers.push(broker)
  return broker
}

function transfer(provider: string, service: string, amount: string) {
  return callOf(chain.contracts.ledger, 'transferFund', [provider, service, og(amount)])
}

function retrieve(providers: readonly string[], service: string) {
  return callOf(chain.contracts.ledger, 'retrieveFund', [providers, service])
}
