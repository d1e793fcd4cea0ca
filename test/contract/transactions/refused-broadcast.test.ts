import { parseEther as og, Transaction, Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  createBroker,
  health,
  memoryJournal,
  NotSentError,
  type Broker,
  type BrokerEvent,
  type Journal,
} from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { errorInTime, lastOf, outcomeInTime } from '../../support/outcome.ts'
import { startProxy, type Fault, type Proxy } from '../../support/proxy.ts'
import { EXACT } from '../../support/exact.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let proxy: Proxy
const brokers: Broker[] = []
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const provider = () => chain.inference[0]?.address ?? ''

/** A fresh wallet behind the proxy, with this much to spend. */
async function walletWith(balance: bigint): Promise<Wallet> {
  const wallet = new Wallet(Wallet.createRandom().privateKey, connect(proxy.url))
  await setBalance(wallet, balance)
  return wallet
}

async function setBalance({ address }: Wallet, balance: bigint): Promise<void> {
  await chain.provider.send('anvil_setBalance', [address, `0x${balance.toString(16)}`])
}

async function open(signer: Wallet, journal: Journal = memoryJournal()): Promise<Broker> {
  const broker = await createBroker({ signer, network: chain.network, journal, intervalMs: 200 })
  brokers.push(broker)
  return broker
}

/** Answers every broadcast of these bytes, or of the first bytes that come, with a fault. */
function refuse(fault: Fault, of: 'the first hash' | 'everything'): { hash: () => string | undefined } {
  let first: string | undefined
  removals.push(
    proxy.fault(({ method, params: [raw] }) => {
      if (method !== 'eth_sendRawTransaction') return undefined
      const hash = Transaction.from(String(raw)).hash ?? undefined
      first ??= hash
      return of === 'everything' || hash === first ? fault : undefined
    }),
  )
  return { hash: () => first }
}

const rpcError = (message: string, code = -32_000): Fault => ({ kind: 'rpc', code, message })
const stateOf = (broker: Broker) => String(broker.transactions().at(-1)?.getSnapshot().value)

test('a deposit that leaves too little for its gas is refused before it is journaled, with the most that can be sent', async () => {
  const signer = await walletWith(og('10.000001'))
  const journal = memoryJournal()
  const broker = await open(signer, journal)
  const error = await errorInTime(broker.ledger.depositFund('10'))
  expect
    .soft(error)
    .toMatchObject({ name: 'InsufficientGasError', message: expect.stringMatching(/9\.99\d+/) as string })
  expect.soft(error).toBeInstanceOf(NotSentError)
  expect(journal.records).toEqual([])
  expect(await signer.getNonce('pending')).toBe(0)
})

test('a deposit of all that a wallet has ends, and the smaller one after it is all that is ever deposited', async () => {
  const signer = await walletWith(og('10'))
  const broker = await open(signer)
  const refused = broker.ledger.depositFund('10')
  expect.soft(await errorInTime(refused)).toBeInstanceOf(NotSentError)
  expect.soft(await outcomeInTime(broker.ledger.depositFund('5'))).toMatchObject({ value: { success: true } })
  await setBalance(signer, og('40'))
  // Bytes that wait for money would be mined before a later nonce.
  expect.soft(await outcomeInTime(broker.ledger.depositFund('3'))).toMatchObject({ value: { success: true } })
  expect(await broker.ledger.getLedger()).toMatchObject({ totalBalance: og('8') })
})

test('what a node refuses for good in the next process ends there too, and the wallet sends on', async () => {
  const signer = await walletWith(og('100'))
  const journal = memoryJournal()
  const first = await open(signer, journal)
  await first.ledger.addLedger('10')
  const heal = proxy.fault(({ method }) => (method === 'eth_sendRawTransaction' ? { kind: 'drop' } : undefined))
  removals.push(heal)
  const cut = errorInTime(first.ledger.depositFund('7'))
  await until(() => journal.records.length === 3)
  await first.close()
  expect(await cut).toMatchObject({ name: 'AbortedError' })
  heal()
  refuse(rpcError('invalid sender'), 'the first hash')
  const second = await open(signer, journal)
  expect
    .soft(
      await lastOf(
        () => stateOf(second),
        (state) => state === 'refused',
      ),
    )
    .toBe('refused')
  expect.soft(await outcomeInTime(second.ledger.depositFund('1'))).toMatchObject({ value: { success: true } })
  expect(await second.ledger.getLedger()).toMatchObject({ totalBalance: og('11') })
})

test('a node that leaves out results of null does not keep open what it refuses for good', async () => {
  const signer = await walletWith(og('100'))
  const broker = await open(signer)
  await broker.ledger.addLedger('10')
  const withoutNull: Fault = { kind: 'change', change: (result) => result ?? undefined }
  removals.push(proxy.fault(({ method }) => (method === 'eth_getTransactionByHash' ? withoutNull : undefined)))
  refuse(rpcError('invalid sender'), 'the first hash')
  expect(await errorInTime(broker.ledger.depositFund('7'))).toMatchObject({ name: 'RefusedByNodeError' })
  expect(await outcomeInTime(broker.ledger.depositFund('1'))).toMatchObject({ value: { success: true } })
  expect(await broker.ledger.getLedger()).toMatchObject({ totalBalance: og('11') })
})

test.for<[node: string, words: string, code: number]>([
  ['geth', 'insufficient funds for gas * price + value: balance 1, tx cost 2, overshot 1', -32_000],
  ['geth', 'tx fee (1.20 ether) exceeds the configured cap (1.00 ether)', -32_000],
  ['reth', 'invalid sender', -32_000],
  ['Nethermind', 'InsufficientFunds, Account balance: 1, cumulative cost: 2', -32_010],
  ['Besu', 'Sender account not authorized to send transactions', -32_007],
  ['Erigon', 'intrinsic gas too low: have 21000, want 53000', -32_000],
  ['anvil', 'invalid chain id for signer', -32_003],
  [
    'a Cosmos chain',
    'tx gas (8000000) exceeds block gas limit (1000000): out of gas: gas required exceeds allowance',
    -32_000,
  ],
])('what %s refuses for good ends with its words, and no money is moved later: %s', async ([, words, code]) => {
  const signer = await walletWith(og('100'))
  const journal = memoryJournal()
  const broker = await open(signer, journal)
  await broker.ledger.addLedger('10')
  refuse(rpcError(words, code), 'the first hash')
  const error = await errorInTime(broker.ledger.depositFund('7'))
  expect
    .soft(error)
    .toMatchObject({ name: 'RefusedByNodeError', message: expect.stringContaining(words.slice(0, 30)) as string })
  expect.soft(error).toBeInstanceOf(NotSentError)
  expect.soft(stateOf(broker)).toBe('refused')
  expect.soft(await outcomeInTime(broker.ledger.depositFund('1'))).toMatchObject({ value: { success: true } })
  expect(await broker.ledger.getLedger()).toMatchObject({ totalBalance: og('11') })
})

test('a node that took the bytes before it refused them is not believed: the deposit is mined once', async () => {
  const signer = await walletWith(og('100'))
  const broker = await open(signer)
  await broker.ledger.addLedger('10')
  await chain.setAutomine(false)
  try {
    let taken = false
    removals.push(
      proxy.fault(({ method, params }) => {
        if (method !== 'eth_sendRawTransaction') return undefined
        if (!taken) void chain.provider.send(method, params)
        taken = true
        return rpcError('insufficient funds for gas * price + value')
      }),
    )
    const sent = broker.ledger.depositFund('7')
    await until(async () => (await signer.getNonce('pending')) === 2)
    await chain.mine()
    expect(await outcomeInTime(sent)).toMatchObject({ value: { success: true } })
  } finally {
    await chain.setAutomine(true)
  }
  expect(await broker.ledger.getLedger()).toMatchObject({ totalBalance: og('17') })
})

test.for<[words: string]>([
  ['the tea leaves are unclear today'],
  ['txpool is full'],
  ['transaction underpriced: gas tip cap 1, minimum needed 2'],
])(
  'an answer that is no final refusal keeps the intent, which is mined once the node takes it: %s',
  async ([words]) => {
    const signer = await walletWith(og('100'))
    const broker = await open(signer)
    await broker.ledger.addLedger('10')
    const sent = broker.ledger.depositFund('7')
    refuse(rpcError(words), 'everything')
    await until(() => (proxy.calls['eth_sendRawTransaction'] ?? 0) > 2)
    for (const remove of removals.splice(0)) remove()
    expect(await outcomeInTime(sent)).toMatchObject({ value: { success: true } })
    expect(await broker.ledger.getLedger()).toMatchObject({ totalBalance: og('17') })
  },
)

test('a top-up that a node refuses for good is decided anew and paid once', async () => {
  const signer = await walletWith(og('100'))
  const broker = await open(signer)
  await broker.ledger.addLedger('10')
  refuse(rpcError('invalid sender'), 'the first hash')
  broker.inference.startAutoFunding(provider(), EXACT)
  const states = () => broker.transactions().map((one) => String(one.getSnapshot().value))
  await until(() => states().includes('refused'))
  // The next attempt waits for block time.
  await chain.warp(120)
  const wanted = ['mined', 'refused', 'mined']
  expect.soft(await lastOf(states, (all) => all.at(-1) === 'mined')).toEqual(wanted)
  const position = await broker.position()
  expect(position).toMatchObject({ ledger: { available: og('8') }, subAccounts: [{ balance: og('2') }] })
})

test.each([
  ['fee-too-low', 'transaction underpriced: gas tip cap 1, minimum needed 25000000000'],
  ['nonce-gap', 'nonce too high: next nonce 0, tx nonce 7'],
  ['pool-full', 'txpool is full'],
])('a top-up that the node does not take says so at the first try, with its words: %s', async (reason, words) => {
  // ethers' code for an error that it does not know.
  const message = `${words} (UNKNOWN_ERROR)`
  const broker = await open(await walletWith(og('100')))
  const told: BrokerEvent[] = []
  broker.events$.subscribe((event) => told.push(event))
  await broker.ledger.addLedger('10')
  const { hash } = refuse(rpcError(words), 'everything')
  broker.inference.startAutoFunding(provider(), { ...EXACT, unsettledFee: false })
  await until(() => hash() !== undefined && broker.inference.autoFundingStatus()[0]?.refusal !== null)
  const transaction = broker.transactions().at(-1)?.getSnapshot()
  expect([transaction?.value, transaction?.context.refusal]).toEqual(['broadcast', { reason, message }])
  expect(broker.inference.autoFundingStatus()).toMatchObject([{ state: 'toppingUp', refusal: { reason, message } }])
  const delayed = told.filter(({ type }) => type === 'top-up.delayed')
  expect(delayed).toMatchObject([{ provider: provider(), reason, message, hash: hash() }])
  expect(broker.counts().refusals).toEqual([{ kind: 'transferFund', reason, count: 1 }])
  expect(health(broker).checks.transactions).toEqual({
    status: 'warn',
    message: `The node does not take a transaction: ${message}`,
  })
  // Once the node takes it, nothing is said any more.
  for (const remove of removals.splice(0)) remove()
  await until(() => broker.inference.autoFundingStatus()[0]?.topUps === 1)
  expect(broker.inference.autoFundingStatus()).toMatchObject([{ refusal: null }])
  expect(health(broker).status).toBe('pass')
  expect(told.filter(({ type }) => type === 'top-up.delayed')).toHaveLength(1)
})
