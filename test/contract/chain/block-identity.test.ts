import { type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connectChain, type Connected } from '../../../src/chain/connect.ts'
import type { Call, TransactionPort } from '../../../src/chain/port.ts'
import { createBroker, memoryJournal } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import type { Fault } from '../../support/faults.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

const OG = 10n ** 18n
const OTHER = `0x${'ab'.repeat(32)}`
/** Succeeds without logs. */
const deposit: Call = { contract: 'ledger', method: 'depositFund', args: [], value: 5n * OG }
/** Succeeds with a log. */
const update: Call = { contract: 'ledger', method: 'updateAdditionalInfo', args: ['info'] }
/** Reverts. */
const refund: Call = { contract: 'ledger', method: 'refund', args: [1_000n * OG] }

type Receipt = { blockNumber: string; gasUsed: string } & Record<string, unknown>

let chain: LocalChain, proxy: Proxy
let user: Wallet
let restore: () => Promise<void>
let connected: Connected
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  connected = await connectChain({ signer: user.connect(connect(proxy.url)) }, chain.network)
  restore = await chain.snapshot()
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  proxy.reset()
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

describe('a receipt', () => {
  test('is read with one proof of its block', async () => {
    const hash = await mined(deposit)
    proxy.reset()
    const receipt = await port().mined(hash)
    expect(receipt).toEqual({
      transactionHash: hash,
      blockNumber: await head(),
      blockHash: (await chain.provider.getBlock(await head()))?.hash,
      gasUsed: receipt?.gasUsed,
      gasPrice: receipt?.gasPrice,
      status: 1,
    })
    expect(receipt?.gasUsed).toBeGreaterThan(100_000n)
    expect(await port().mined(hash)).toEqual(receipt)
    expect(proxy.calls).toEqual({ eth_getTransactionReceipt: 2, eth_getBlockByNumber: 1 })
  })

  test.for<[string, Call, Record<string, unknown>]>([
    ['of a revert without a status', refund, { status: undefined }],
    ['of a revert whose status is null', refund, { status: null }],
    ['of a revert whose status is empty', refund, { status: '0x' }],
    ['of a revert whose status is unknown', refund, { status: '0x2' }],
    ['of a success without a status and without logs', deposit, { status: undefined }],
    [
      'whose logs are of another transaction, without a status',
      update,
      { status: null, logs: [{ transactionHash: OTHER }] },
    ],
    ['without a block number', deposit, { blockNumber: undefined }],
    ['whose block number is null', deposit, { blockNumber: null }],
    ['whose block number is empty', deposit, { blockNumber: '0x' }],
    ['whose block number is a word', deposit, { blockNumber: 'latest' }],
    ['whose block number is negative', deposit, { blockNumber: -1 }],
    ['whose block number is fractional', deposit, { blockNumber: 1.5 }],
    ['whose block number is 10^9 too high', deposit, { blockNumber: `0x${(10 ** 9 + 30).toString(16)}` }],
    ['whose block number is another block', deposit, { blockNumber: '0x1' }],
    ['without a block hash', deposit, { blockHash: null }],
    ['of another transaction', deposit, { transactionHash: OTHER }],
    ['without a transaction hash', deposit, { transactionHash: undefined }],
  ])('%s counts as pending, until the node gives a whole one', async ([, call, change]) => {
    const hash = await mined(call)
    const remove = withChange('eth_getTransactionReceipt', [hash], await receiptOf(hash), change)
    expect(await port().mined(hash)).toBeNull()
    remove()
    expect(await port().mined(hash)).toMatchObject({ transactionHash: hash, status: call === refund ? 0 : 1 })
  })

  test.for<[string, Call, Record<string, unknown>, object]>([
    ['without a status, with logs, is a success', update, { status: undefined }, { status: 1 }],
    ['whose status is a number', deposit, { status: 1 }, { status: 1 }],
    ['whose status is true', deposit, { status: true }, { status: 1 }],
    ['of a revert whose status is false', refund, { status: false }, { status: 0 }],
    ['of a revert whose status has zeros', refund, { status: '0x00' }, { status: 0 }],
    ['without used gas', deposit, { gasUsed: undefined }, { status: 1, gasUsed: 0n }],
    ['with the block hash of another layer, in a block that lists it', deposit, { blockHash: OTHER }, { status: 1 }],
  ])('%s is read', async ([, call, change, expected]) => {
    const hash = await mined(call)
    withChange('eth_getTransactionReceipt', [hash], await receiptOf(hash), change)
    const receipt = await port().mined(hash)
    expect(receipt).toMatchObject({ transactionHash: hash, blockNumber: await head(), ...expected })
  })

  test('is proven anew after a reorganisation', async () => {
    const hash = await mined(deposit)
    const whole = await receiptOf(hash)
    await port().mined(hash)
    await chain.mine()
    const remove = withChange('eth_getTransactionReceipt', [hash], whole, { blockHash: OTHER, blockNumber: '0x1' })
    expect(await port().mined(hash)).toBeNull()
    remove()
  })

  test('of a revert without a status resolves no call as a success', async () => {
    const signer = user.connect(connect(proxy.url))
    await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
    await broker.ledger.depositFund('5')
    proxy.reset()
    // The transaction runs out of gas.
    removals.push(
      proxy.fault(({ method }) => (method === 'eth_estimateGas' ? { kind: 'swallow', result: '0x5800' } : undefined)),
    )
    removals.push(
      proxy.fault(({ method }) =>
        method === 'eth_getTransactionReceipt' ? { kind: 'replace', result: null } : undefined,
      ),
    )
    let outcome: unknown
    const call = broker.ledger.depositFund('1').then(
      () => (outcome = 'success'),
      (error: Error) => (outcome = error.name),
    )
    await until(() => proxy.log.some(({ method }) => method === 'eth_getTransactionReceipt'))
    const { params } = proxy.log.findLast(({ method }) => method === 'eth_getTransactionReceipt')!
    await until(async () => (await receiptOf(String(params[0]))) !== null)
    const whole = await receiptOf(String(params[0]))
    expect(whole['status']).toBe('0x0')
    removals.pop()?.()
    const remove = withChange('eth_getTransactionReceipt', params, whole, { status: undefined })
    proxy.reset()
    await until(() => (proxy.calls['eth_getTransactionReceipt'] ?? 0) > 3)
    expect(outcome).toBeUndefined()
    remove()
    await call
    expect(outcome).toBe('TransactionRevertedError')
  })
})

describe('block 0', () => {
  test('identifies the chain by its hash', async () => {
    const { hash } = (await chain.provider.getBlock(0))!
    expect((await open()).genesis).toBe(hash)
  })

  test.for<[string, (latest: object) => Fault]>([
    ['the latest block', (latest) => ({ kind: 'replace', result: latest })],
    ['a block without a number', (latest) => ({ kind: 'replace', result: { ...latest, number: undefined } })],
    ['a block without a hash', (latest) => ({ kind: 'replace', result: { ...latest, number: '0x0', hash: null } })],
    ['a hash that is none', (latest) => ({ kind: 'replace', result: { ...latest, number: '0x0', hash: '0x1234' } })],
    ['nothing', () => ({ kind: 'replace', result: null })],
    ['an error', () => ({ kind: 'rpc', code: -32000, message: 'pruned' })],
  ])('proves nothing at a node that answers with %s', async ([, faultOf]) => {
    await chain.mine(3)
    const fault = faultOf((await chain.provider.send('eth_getBlockByNumber', ['latest', false])) as object)
    removals.push(
      proxy.fault(({ method, params }) =>
        method === 'eth_getBlockByNumber' && params[0] === '0x0' ? fault : undefined,
      ),
    )
    expect((await open()).genesis).toBeUndefined()
  })
})

test('a node that answers with its latest block for an old one has no timestamp of that block', async () => {
  await chain.mine(3)
  const latest: unknown = await chain.provider.send('eth_getBlockByNumber', ['latest', false])
  const number = await head()
  expect(await connected.timestampOf(number)).toBe(Number((latest as { timestamp: string }).timestamp))
  removals.push(
    proxy.fault(({ method }) => (method === 'eth_getBlockByNumber' ? { kind: 'replace', result: latest } : undefined)),
  )
  expect(await connected.timestampOf(number - 1)).toBeNull()
  expect(await port().timestampOf(number - 1)).toBeNull()
})

const port = (): TransactionPort => connected.transactions!
const open = () => connectChain({ signer: user.connect(connect(proxy.url)) }, chain.network)
const head = () => chain.provider.getBlockNumber()

/** Mines a call, after a deposit that lets it succeed where it can. */
async function mined(call: Call): Promise<string> {
  if (call !== deposit) await send(deposit)
  return send(call)
}

async function send(call: Call): Promise<string> {
  const nonce = await port().transactionCount('latest')
  const signed = await port().sign!(call, { nonce, gasLimit: 500_000n, fees: await port().fees() })
  await port().broadcast(signed.raw)
  // anvil may answer a broadcast before it mines.
  await until(async () => (await receiptOf(signed.hash)) !== null)
  return signed.hash
}

const receiptOf = async (hash: string) => (await chain.provider.send('eth_getTransactionReceipt', [hash])) as Receipt

/** Changes some fields of a node's true answer. */
function withChange(
  method: string,
  params: readonly unknown[],
  whole: object,
  change: Record<string, unknown>,
): () => void {
  const remove = proxy.fault((call) =>
    call.method === method && call.params[0] === params[0]
      ? { kind: 'replace', result: { ...whole, ...change } }
      : undefined,
  )
  removals.push(remove)
  return remove
}
