import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
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
