import { parseEther as og, Transaction, ZeroAddress, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { callOf } from '../../../src/local/transact.ts'
import { createBroker, memoryJournal, type Broker, type JournalRecord } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { minedAt } from '../../support/mined-at.ts'
import { drainedWallet, holdingsOf } from '../../support/drained-wallet.ts'
import { errorInTime, lastOf, outcomeInTime } from '../../support/outcome.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

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

async function open(signer: Wallet) {
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

test('a transaction that the wallet cancels below an open one is superseded, and the open one is mined', async () => {
  const signer = await drainedWallet(chain)
  const { broker } = await open(signer)
  await chain.setAutomine(false)
  const nonce = await signer.getNonce()
  const cancelled = errorInTime(broker.ledger.depositFund('7'))
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  const later = broker.ledger.depositFund('1')
  await until(async () => (await signer.getNonce('pending')) === nonce + 2)
  const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n }
  await signer.sendTransaction({ to: signer.address, gasLimit: 21_000n, nonce, ...fees })
  await chain.setAutomine(true)
  await chain.mine(20)
  expect.soft(await outcomeInTime(later)).toMatchObject({ value: { success: true } })
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
  broker.inference.startAutoFunding(provider(), EXACT)
  await mineEverySecond()
  expect.soft(await lastOf(() => statusOf(broker), isFunded)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

const journaledHashes = (records: readonly JournalRecord[]) =>
  records.flatMap((record) => (record.type === 'prepared' ? (record.signed?.hash ?? []) : []))

test('a nonce that the node refused for good below an open one is closed by a journaled transfer of nothing', async () => {
  const signer = await drainedWallet(chain, proxy.url)
  const { broker, records } = await open(signer)
  const nonce = await signer.getNonce()
  let refusedHash: string | null = null
  removals.push(
    proxy.fault(({ method, params: [raw] }) => {
      if (method !== 'eth_sendRawTransaction') return undefined
      const { hash } = Transaction.from(String(raw))
      refusedHash ??= hash
      return hash === refusedHash ? { kind: 'rpc', code: -32_000, message: 'invalid sender' } : undefined
    }),
  )
  await chain.setAutomine(false)
  await mineEverySecond()
  const refused = errorInTime(broker.ledger.depositFund('7'))
  const later = outcomeInTime(broker.ledger.depositFund('1'))
  expect.soft(await refused).toMatchObject({ name: 'RefusedByNodeError' })
  expect.soft(await later).toMatchObject({ value: { success: true } })
  const filler = await minedAt(chain, { address: signer.address, nonce })
  expect.soft(filler).toMatchObject({ to: signer.address, value: 0n, data: '0x' })
  expect.soft(journaledHashes(records)).toContain(filler?.hash)
  expect.soft(records.filter(({ type }) => type === 'replaced')).toEqual([])
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('1'), ledger: og('18') })
}, 60_000)

test("a nonce that an authorization in another's transaction spent is given up, and the top-up is decided anew", async () => {
  const signer = await drainedWallet(chain)
  const sponsor = chain.wallets[0]?.connect(chain.provider)
  const { broker } = await open(signer)
  await chain.setAutomine(false)
  const nonce = await signer.getNonce()
  broker.inference.startAutoFunding(provider(), EXACT)
  await until(async () => (await signer.getNonce('pending')) === nonce + 1)
  const authorization = await signer.authorize({ address: ZeroAddress, nonce, chainId: 31337n })
  const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 10n }
  const to = sponsor?.address ?? null
  await sponsor?.sendTransaction({ type: 4, to, gasLimit: 100_000n, authorizationList: [authorization], ...fees })
  await chain.mine()
  expect(await signer.getNonce()).toBe(nonce + 1)
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('1'), ledger: og('17') })
  await chain.mine(32)
  await mineEverySecond()
  // The nonce is given up once its block is final: after twelve block times.
  expect.soft(await lastOf(() => statusOf(broker), isFunded)).toEqual(FUNDED)
  expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
})

test.for<[what: string, byHand: 'a transfer of nothing' | 'the same top-up']>([
  ['decided anew where the other one paid nothing', 'a transfer of nothing'],
  ['not paid again where the other one paid it', 'the same top-up'],
])(
  'a nonce that a transaction by hand takes between estimate and broadcast: the top-up is %s',
  { timeout: 180_000 },
  async ([, byHand]) => {
    const signer = await drainedWallet(chain, proxy.url)
    const { broker } = await open(signer)
    const nonce = await signer.getNonce()
    // The broker reads the counts of before, although the other transaction is mined by now.
    removals.push(
      proxy.fault(({ method }) =>
        method === 'eth_getTransactionCount' && proxy.calls['eth_sendRawTransaction'] === undefined
          ? { kind: 'replace', result: `0x${nonce.toString(16)}` }
          : undefined,
      ),
    )
    proxy.reset()
    const direct = signer.connect(chain.provider)
    const { to, data } = callOf(chain.contracts.ledger, 'transferFund', [provider(), 'inference-v1.0', og('1')])
    const tx =
      byHand === 'the same top-up'
        ? { to: to ?? '', data, gasLimit: 1_000_000n }
        : { to: signer.address, gasLimit: 21_000n }
    broker.inference.startAutoFunding(provider(), EXACT)
    await direct.sendTransaction({ ...tx, nonce })
    await until(async () => (await signer.getNonce()) > nonce)
    await until(() => (proxy.calls['eth_sendRawTransaction'] ?? 0) > 0 || byHand === 'the same top-up')
    await chain.mine(40)
    await mineEverySecond()
    await until(async () => (await holdingsOf(chain, signer)).subAccount >= og('2'))
    await chain.mine(3)
    await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'sufficient')
    // A transaction of the broker that lost its nonce is proven lost some blocks later.
    await until(() => broker.transactions().every((one) => !one.getSnapshot().hasTag('open')))
    expect(await holdingsOf(chain, signer)).toEqual(PAID_ONCE)
  },
)
