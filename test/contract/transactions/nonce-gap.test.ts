import { JsonRpcSigner, parseEther as og, Wallet, ZeroAddress, type TransactionRequest } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type JournalRecord } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { drainedWallet, holdingsOf } from '../../support/drained-wallet.ts'
import { errorWithin, lastOf, outcomeWithin } from '../../support/outcome.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

/** What a drained wallet holds once the 1 OG that is missing was paid once. */
const PAID_ONCE = { subAccount: og('2'), ledger: og('16') }

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
  await chain.provider.send('evm_setIntervalMining', [0])
  await chain.provider.send('anvil_dropAllTransactions', [])
  await chain.setAutomine(true)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const provider = () => chain.inference[0]?.address ?? ''
const mineEverySecond = () => chain.provider.send('evm_setIntervalMining', [1])

async function open(signer: Wallet | JsonRpcSigner) {
  const journal = memoryJournal()
  const broker = await createBroker({ signer, network: chain.network, journal, intervalMs: 200 })
  brokers.push(broker)
  return { broker, records: journal.records }
}

const statusOf = (broker: Broker) => {
  const { state, topUps } = broker.inference.autoFundingStatus()[0] ?? {}
  return { state, topUps }
}
const FUNDED = { state: 'watching', topUps: 1 }
const isFunded = ({ state, topUps }: ReturnType<typeof statusOf>) => state === 'watching' && topUps === 1

/** What a wallet mined at a nonce, from the chain's own blocks. */
async function transactionAt(address: string, nonce: number) {
  const head = await chain.provider.getBlockNumber()
  const numbers = Array.from({ length: head + 1 }, (_, number) => number)
  const blocks = await Promise.all(numbers.map((number) => chain.provider.getBlock(number, true)))
  const found = blocks.flatMap((block) => block?.prefetchedTransactions ?? []).filter(({ from }) => from === address)
  const { hash, to, value, data } = found.find((one) => one.nonce === nonce) ?? {}
  return { hash, to, value, data }
}

const journaledHashes = (records: readonly JournalRecord[]) =>
  records.flatMap((record) => (record.type === 'prepared' ? (record.signed?.hash ?? []) : []))

test('a gap below a top-up is filled with a journaled transfer of nothing, and no fee is raised meanwhile', async () => {
  const signer = await drainedWallet(chain)
  const { broker, records } = await open(signer)
  await chain.setAutomine(false)
  const nonce = await signer.getNonce()
  const foreign = await signer.sendTransaction({ to: signer.address, gasLimit: 21_000n, nonce })
  broker.inference.startAutoFunding(provider())
  await until(() => records.some(({ type }) => type === 'prepared'))
  await until(async () => (await signer.getNonce('pending')) === nonce + 2)
  await chain.provider.send('anvil_dropTransaction', [foreign.hash])
  await mineEverySecond()
  expect.soft(await lastOf(() => statusOf(broker), isFunded, 20_000)).toEqual(FUNDED)
  const filler = await transactionAt(signer.address, nonce)
  expect.soft(filler).toMatchObject({ to: signer.address, value: 0n, data: '0x' })
  expect.soft(journaledHashes(records)).toContain(filler.hash)
  expect.soft(records.filter(({ type }) => type === 'replaced')).toEqual([])
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
}, 90_000)

/** A wallet that signs only by sending, and does with the next request what the test says. */
class BrowserWallet extends JsonRpcSigner {
  failsNext = false

  override sendUncheckedTransaction(request: TransactionRequest): Promise<string> {
    if (!this.failsNext) return super.sendUncheckedTransaction(request)
    this.failsNext = false
    return Promise.reject(new Error('connection to the wallet lost'))
  }
}

test('an intent that is resolved as not sent below an open nonce leaves no gap behind', async () => {
  const signer = new BrowserWallet(chain.provider, chain.wallets[0]?.address ?? '')
  const { broker } = await open(signer)
  await broker.ledger.addLedger('10')
  signer.failsNext = true
  const unresolved = await errorWithin(5_000, broker.ledger.depositFund('7'))
  expect(unresolved).toMatchObject({ name: 'UnresolvedIntentError' })
  const later = broker.ledger.depositFund('1')
  await until(() => broker.transactions().length === 3)
  const [, lost] = broker.transactions().map((one) => one.getSnapshot().context)
  await broker.resolveIntent(lost?.id ?? '', 'not-sent')
  await mineEverySecond()
  expect.soft(await outcomeWithin(20_000, later)).toMatchObject({ value: { success: true } })
  expect(await broker.ledger.getLedger()).toMatchObject({ totalBalance: og('11') })
})

test('a transaction that the wallet cancels below an open one is superseded, and the open one is mined', async () => {
  const signer = await drainedWallet(chain)
  const { broker } = await open(signer)
  await chain.setAutomine(false)
  const nonce = await signer.getNonce()
  const cancelled = errorWithin(20_000, broker.ledger.depositFund('7'))
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  const later = broker.ledger.depositFund('1')
  await until(async () => (await signer.getNonce('pending')) === nonce + 2)
  const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n }
  await signer.sendTransaction({ to: signer.address, gasLimit: 21_000n, nonce, ...fees })
  await chain.setAutomine(true)
  await chain.mine(20)
  expect.soft(await outcomeWithin(10_000, later)).toMatchObject({ value: { success: true } })
  expect.soft(await cancelled).toMatchObject({ name: 'SupersededError' })
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('1'), ledger: og('18') })
})

test('a pending count that is 5 too high once leaves nothing ahead of its nonce', async () => {
  const signer = await drainedWallet(chain, proxy.url)
  const { broker } = await open(signer)
  const nonce = await signer.getNonce()
  let lies = 1
  removals.push(
    proxy.fault(({ method, params: [, tag] }) =>
      method === 'eth_getTransactionCount' && tag === 'pending' && lies-- > 0
        ? { kind: 'replace', result: `0x${(nonce + 5).toString(16)}` }
        : undefined,
    ),
  )
  broker.inference.startAutoFunding(provider())
  await mineEverySecond()
  expect.soft(await lastOf(() => statusOf(broker), isFunded, 20_000)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test("a nonce that an authorization in another's transaction spent is given up, and the top-up is decided anew", async () => {
  const signer = await drainedWallet(chain)
  const sponsor = chain.wallets[0]?.connect(chain.provider)
  const { broker } = await open(signer)
  await chain.setAutomine(false)
  const nonce = await signer.getNonce()
  broker.inference.startAutoFunding(provider())
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  const authorization = await signer.authorize({ address: ZeroAddress, nonce, chainId: 31337n })
  const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n }
  await sponsor?.sendTransaction({
    type: 4,
    to: sponsor.address,
    gasLimit: 100_000n,
    authorizationList: [authorization],
    ...fees,
  })
  await chain.mine()
  expect(await signer.getNonce()).toBe(nonce + 1)
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('1'), ledger: og('17') })
  await chain.setAutomine(true)
  await chain.mine(32)
  expect.soft(await lastOf(() => statusOf(broker), isFunded, 15_000)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})
