import { BrowserProvider, parseEther as og, type JsonRpcProvider, type JsonRpcSigner } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startAnvil, type Anvil } from '../../../src/local/anvil.ts'
import { createBroker, memoryJournal, NotSentError, type Broker } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { errorInTime, lastOf, outcomeInTime } from '../../support/outcome.ts'
import { EXACT } from '../../support/exact.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let foreign: Anvil
/** Another chain, far ahead of the broker's own, where the same wallet owns money. */
let there: JsonRpcProvider
let restore: () => Promise<void>
let broker: Broker

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  restore = await chain.snapshot()
  foreign = await startAnvil({ accounts: 20, chainId: 1 })
  there = connect(foreign.url)
  await there.send('anvil_mine', ['0x400'])
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(async () => {
  there.destroy()
  await foreign.stop()
  await chain[Symbol.asyncDispose]()
})

const user = () => ({ address: chain.wallets[0]?.address ?? '' })
const provider = () => chain.inference[0]?.address ?? ''

type Request = { method: string; params?: unknown[] | Record<string, unknown> }

/** A wallet in a browser: an EIP-1193 provider whose owner may choose another chain at any moment. */
class InjectedWallet {
  at = chain.provider
  /** Called with each request before it is answered. */
  before: (method: string) => void = () => undefined
  readonly sent: { chainId?: unknown }[] = []

  readonly request = ({ method, params = [] }: Request): Promise<unknown> => {
    this.before(method)
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return Promise.resolve([user().address])
    if (method === 'eth_sendTransaction') this.sent.push((params as { chainId?: unknown }[])[0] ?? {})
    return this.at.send(method, params)
  }

  signer(): Promise<JsonRpcSigner> {
    return new BrowserProvider({ request: this.request }).getSigner()
  }
}

async function openWith(wallet: InjectedWallet): Promise<Broker> {
  const signer = await wallet.signer()
  return (broker = await createBroker({
    signer,
    network: chain.network,
    journal: memoryJournal(),
    intervalMs: 200,
  }))
}

/** What lies on the other chain at the address of the ledger's contract. */
const lostThere = async () => BigInt(String(await there.send('eth_getBalance', [chain.network.ledger, 'latest'])))
const nonceThere = () => there.getTransactionCount(user().address)

async function expectRefusedOnOtherChain(work: Promise<unknown>): Promise<void> {
  const error = await errorInTime(work)
  expect.soft(error).toMatchObject({ name: 'WrongChainError' })
  expect.soft(error).toBeInstanceOf(NotSentError)
  // The error says which chain the wallet is on, and which one it has to be on.
  expect.soft(error.message).toMatch(/\b31337\b/)
  expect.soft(error.message).toMatch(/\b1\b/)
}

test('a deposit of a wallet that was switched to another chain is refused, and nothing is sent there', async () => {
  const wallet = new InjectedWallet()
  await openWith(wallet)
  const [lost, nonce] = [await lostThere(), await nonceThere()]
  wallet.at = there
  await expectRefusedOnOtherChain(broker.ledger.addLedger('10'))
  expect.soft((await lostThere()) - lost).toBe(0n)
  expect(await nonceThere()).toBe(nonce)
})

test('after a switch to a chain far ahead and back, positions are read again', async () => {
  const wallet = new InjectedWallet()
  await openWith(wallet)
  await broker.ledger.addLedger('10')
  wallet.at = there
  await expectRefusedOnOtherChain(broker.ledger.depositFund('10'))
  wallet.at = chain.provider
  expect(await outcomeInTime(broker.position())).toMatchObject({ value: { ledger: { total: og('10') } } })
})

test('a reading of another chain is no position, and no block of it is remembered', async () => {
  const wallet = new InjectedWallet()
  await openWith(wallet)
  await broker.ledger.addLedger('10')
  const seen: number[] = []
  const reading = broker.positions$.subscribe(({ block }) => seen.push(block.number))
  await until(() => seen.length > 0)
  wallet.at = there
  await until(() => broker.positions$.status.failures > 1)
  wallet.at = chain.provider
  const before = seen.length
  await until(() => seen.length > before)
  reading.unsubscribe()
  expect.soft(seen.length).toBeGreaterThan(before)
  expect(Math.max(...seen)).toBeLessThan(1_024)
})

test('a wallet that switches between estimate and request is refused as well', async () => {
  const wallet = new InjectedWallet()
  await openWith(wallet)
  const [lost, nonce] = [await lostThere(), await nonceThere()]
  wallet.before = (method) => {
    if (method === 'eth_estimateGas') setImmediate(() => (wallet.at = there))
  }
  const error = await errorInTime(broker.ledger.addLedger('10'))
  expect.soft(error).toBeInstanceOf(NotSentError)
  expect.soft((await lostThere()) - lost).toBe(0n)
  expect(await nonceThere()).toBe(nonce)
})

test('the request that a wallet gets names the chain, so that the wallet itself can refuse', async () => {
  const wallet = new InjectedWallet()
  await openWith(wallet)
  await broker.ledger.addLedger('10')
  expect(wallet.sent.map(({ chainId }) => (chainId === undefined ? null : Number(chainId)))).toEqual([31_337])
})

test('a wallet that switches while it is asked and sends elsewhere is no success, and what to do is said', async () => {
  const wallet = new InjectedWallet()
  await openWith(wallet)
  wallet.before = (method) => {
    if (method === 'eth_sendTransaction') wallet.at = there
  }
  // This wallet does not look at the chain that the request names.
  const original = wallet.request
  const signer = await new BrowserProvider({
    request: (asked: Request) => {
      if (asked.method !== 'eth_sendTransaction') return original(asked)
      const [{ chainId: _, ...rest }] = asked.params as [Record<string, unknown>]
      return original({ ...asked, params: [rest] })
    },
  }).getSigner()
  await broker.close()
  broker = await createBroker({ signer, network: chain.network, journal: memoryJournal(), intervalMs: 200 })
  const outcome = await outcomeInTime(broker.ledger.addLedger('10'))
  expect.soft(outcome).toMatchObject({ error: { message: expect.stringMatching(/chain/) as string } })
  wallet.before = () => undefined
  wallet.at = chain.provider
  expect(await outcomeInTime(broker.position())).toMatchObject({ value: { ledger: null } })
})

test('auto-funding of a wallet on another chain sends nothing there, and goes on once the wallet is back', async () => {
  const wallet = new InjectedWallet()
  await openWith(wallet)
  await broker.ledger.addLedger('10')
  const nonce = await nonceThere()
  wallet.at = there
  broker.inference.startAutoFunding(provider(), EXACT)
  await until(() => broker.positions$.status.failures > 1)
  expect.soft(await nonceThere()).toBe(nonce)
  wallet.at = chain.provider
  const paid = () => broker.inference.autoFundingStatus()[0]?.topUps
  expect(await lastOf(paid, (count) => count === 1)).toBe(1)
  expect(await broker.position()).toMatchObject({ subAccounts: [{ balance: og('2') }] })
})
