import { parseEther as og, toQuantity, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connectChain } from '../../../src/chain/connect.ts'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import type { Fault } from '../../support/faults.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'

const ABSURD = toQuantity(og('0.1'))
const unknown: Fault = { kind: 'rpc', code: -32601, message: 'the method does not exist' }

let chain: LocalChain, proxy: Proxy
let user: Wallet
let restore: () => Promise<void>
const brokers: Broker[] = []
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  restore = await chain.snapshot()
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  proxy.reset()
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

type Faults = Record<string, Fault | Record<string, unknown>>

test.for<[string, Faults]>([
  ['a block whose base fee is null', { eth_getBlockByNumber: { baseFeePerGas: null } }],
  ['a block without a base fee', { eth_getBlockByNumber: { baseFeePerGas: undefined } }],
  [
    'a block without a base fee, and no fee history',
    { eth_getBlockByNumber: { baseFeePerGas: null }, eth_feeHistory: unknown },
  ],
  ['a block whose base fee is no number', { eth_getBlockByNumber: { baseFeePerGas: '0x' } }],
  ['an absurd base fee', { eth_getBlockByNumber: { baseFeePerGas: ABSURD } }],
  ['a suggested tip of 0.1 OG', { eth_maxPriorityFeePerGas: { kind: 'replace', result: ABSURD } }],
  [
    'a suggested tip of 0.1 OG, and no fee history',
    { eth_maxPriorityFeePerGas: { kind: 'replace', result: ABSURD }, eth_feeHistory: unknown },
  ],
  ['a suggested tip of 0', { eth_maxPriorityFeePerGas: { kind: 'replace', result: '0x0' } }],
  ['a suggested tip of 1 wei', { eth_maxPriorityFeePerGas: { kind: 'replace', result: '0x1' } }],
  ['a suggested tip that is null', { eth_maxPriorityFeePerGas: { kind: 'replace', result: null } }],
  ['no suggested tip', { eth_maxPriorityFeePerGas: unknown }],
  ['no suggested tip and no fee history', { eth_maxPriorityFeePerGas: unknown, eth_feeHistory: unknown }],
  [
    'a fee history of absurd tips',
    { eth_feeHistory: { reward: Array.from({ length: 20 }, () => [ABSURD, ABSURD, ABSURD]) } },
  ],
  [
    'a legacy gas price of 0.1 OG',
    {
      eth_getBlockByNumber: { baseFeePerGas: null },
      eth_feeHistory: { baseFeePerGas: [] },
      eth_gasPrice: { kind: 'replace', result: ABSURD },
    },
  ],
])('a node with %s mines a deposit for a sane fee', async ([, faults]) => {
  const broker = await open()
  // The last blocks must show what transactions pay.
  for (let count = 0; count < 4; count += 1) await (await user.sendTransaction({ to: user.address })).wait()
  for (const [method, fault] of Object.entries(faults)) await inject(method, fault)
  const before = await chain.provider.getBalance(user.address)
  expect(await broker.ledger.depositFund('5')).toMatchObject({ success: true })
  const gas = before - (await chain.provider.getBalance(user.address)) - og('5')
  expect(gas).toBeGreaterThan(0n)
  expect(gas).toBeLessThan(og('0.05'))
  const { fees } = await sentFees()
  expect(fees.every((fee) => fee >= 10n ** 9n)).toBe(true)
})

test('an absurd gas price without anything to hold against it sends nothing', async () => {
  const broker = await open()
  await inject('eth_getBlockByNumber', { baseFeePerGas: null })
  await inject('eth_feeHistory', unknown)
  await inject('eth_gasPrice', { kind: 'replace', result: ABSURD })
  await expect(broker.ledger.depositFund('5')).rejects.toThrow('The node names no gas price that can be believed.')
  expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
})

test('fees take one HTTP request', async () => {
  const connected = await connectChain({ signer: user.connect(connect(proxy.url)) }, chain.network)
  proxy.reset()
  await connected.fees()
  expect(proxy.requests).toBe(1)
})

async function open(): Promise<Broker> {
  const signer = user.connect(connect(proxy.url))
  const broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
  brokers.push(broker)
  return broker
}

/** Injects a fault into every answer of a method, or replaces some fields of its true answer. */
async function inject(method: string, fault: Fault | Record<string, unknown>): Promise<void> {
  const params = method === 'eth_feeHistory' ? ['0x14', 'latest', [10, 50, 90]] : ['latest', false]
  const whole: Fault =
    'kind' in fault
      ? (fault as Fault)
      : { kind: 'replace', result: { ...((await chain.provider.send(method, params)) as object), ...fault } }
  removals.push(
    proxy.fault((call) =>
      call.method === method && (call.params[0] === params[0] || 'kind' in fault) ? whole : undefined,
    ),
  )
}

/** The fee fields of the wallet's last transaction. */
async function sentFees(): Promise<{ fees: bigint[] }> {
  const block = await chain.provider.getBlock('latest', true)
  const own = block?.prefetchedTransactions.find(({ from }) => from === user.address)
  return { fees: own ? [own.maxPriorityFeePerGas ?? own.gasPrice] : [] }
}
