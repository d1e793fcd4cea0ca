import { parseEther, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFleet } from '../../../src/fleet/index.ts'
import { memoryJournal } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../../support/low-wallet.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { EXACT } from '../../support/exact.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain, proxy: Proxy
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const providers = () => chain.inference.map(({ address }) => address)

/** A fleet of these wallets behind the proxy. */
async function open(wallets: readonly LowWallet[], intervalMs: number, autoFunding = true) {
  const keys = new Map(wallets.map(({ wallet }) => [wallet.address, wallet.privateKey]))
  return createFleet({
    provider: connect(proxy.url),
    network: chain.network,
    wallets: [...keys.keys()],
    signerFor: (wallet) => new Wallet(keys.get(wallet) ?? ''),
    journalFor: () => memoryJournal(),
    policyFor: () => ({
      autoFunding: autoFunding
        ? providers().map((provider) => ({ provider, config: { ...EXACT, unsettledFee: false as const } }))
        : [],
    }),
    intervalMs,
  })
}

test('every deficit of every wallet of a fleet is paid exactly once', async () => {
  const low: LowWallet[] = []
  for (let count = 0; count < 4; count += 1) low.push(await lowWallet(chain, chain.inference))
  await using fleet = await open(low, 500)
  const outcomes = async () => Promise.all(low.map((one) => outcomeOf(chain, one)))
  await until(async () => (await outcomes()).every(({ mined, waiting }) => mined >= 2 && waiting === 0))
  expect(await outcomes()).toEqual(low.map(paidOnce))
  expect(fleet.wallets().map(({ state }) => state)).toEqual(low.map(() => 'open'))
})

test('a fleet opens with a call or two for each thing that wallets have in common, and reads all of them in one eth_call', async () => {
  const wallets: LowWallet[] = []
  for (let count = 0; count < 5; count += 1) wallets.push(await lowWallet(chain, []))
  proxy.reset()
  await using fleet = await open(wallets, 400, false)
  const total = Object.values(proxy.calls).reduce((sum, count) => sum + count, 0)
  expect(total).toBeLessThan(60)
  // A wallet that has nothing to pay needs no nonce.
  expect(Object.keys(proxy.calls)).not.toContain('eth_getTransactionCount')
  expect(Object.keys(proxy.calls)).not.toContain('txpool_contentFrom')
  await until(() => fleet.brokers().every((broker) => broker.latest() !== null))
  proxy.reset()
  let readings = 0
  fleet.brokers()[0]?.positions$.subscribe(() => (readings += 1))
  await until(() => readings >= 6)
  const { eth_call: calls = 0, ...others } = proxy.calls
  // The first of the readings was replayed; the last request may be on its way.
  expect(calls).toBeLessThanOrEqual(readings + 1)
  expect(others).toEqual({})
  expect(fleet.brokers().map((broker) => broker.latest()?.position.ledger?.available)).toEqual(
    wallets.map(() => parseEther('500')),
  )
})

test('a key of another wallet and a key that only sends leave their wallets unopened', async () => {
  const [good, other] = [await lowWallet(chain, []), Wallet.createRandom()]
  const browser = await chain.provider.getSigner(0)
  await using fleet = await createFleet({
    provider: connect(proxy.url),
    network: chain.network,
    wallets: [good.wallet.address, other.address, browser.address],
    signerFor: (wallet) => (wallet === browser.address ? browser : new Wallet(good.wallet.privateKey)),
    journalFor: () => memoryJournal(),
  })
  expect(fleet.wallets().map(({ state, reason }) => [state, reason])).toEqual([
    ['open', null],
    ['failed', 'signerFor gave the key of another wallet.'],
    ['failed', 'A fleet takes keys that sign before they send.'],
  ])
})
