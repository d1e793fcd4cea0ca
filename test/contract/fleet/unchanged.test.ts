import { Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { MULTICALL3 } from '../../../src/chain/networks.ts'
import { createFleet, type Fleet } from '../../../src/fleet/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet } from '../../support/low-wallet.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

const WALLETS = 4

let chain: LocalChain, proxy: Proxy
let wallets: string[]
const removals: (() => void)[] = []
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  wallets = []
  for (let count = 0; count < WALLETS; count += 1)
    wallets.push((await lowWallet(chain, chain.inference)).wallet.address)
})
afterEach(() => {
  for (const remove of removals.splice(0)) remove()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

/** Watches the wallets. */
async function open(): Promise<Fleet> {
  const fleet = await createFleet({ provider: connect(proxy.url), network: chain.network, wallets, intervalMs: 300 })
  for (const broker of fleet.brokers()) broker.positions$.subscribe()
  return fleet
}

type Request = { to?: string; data: string }
const requests = (): Request[] =>
  proxy.log.flatMap(({ method, params }) => (method === 'eth_call' ? [params[0] as Request] : []))
/** Code without an address, but for the few bytes that prove a block. */
const isDigest = ({ to, data }: Request): boolean => to === undefined && data.length > 100
const isAggregate = ({ to }: Request): boolean => to === MULTICALL3
const asked = () => ({
  digests: requests().filter(isDigest).length,
  aggregates: requests().filter(isAggregate).length,
  others: requests().filter((one) => !isDigest(one) && !isAggregate(one)).length,
})

/** Resolves after so many further readings of the first wallet. */
async function readings(fleet: Fleet, count: number): Promise<void> {
  let seen = 0
  const subscription = fleet.brokers()[0]?.positions$.subscribe(() => (seen += 1))
  // The first one is the newest of before.
  await until(() => seen > count)
  subscription?.unsubscribe()
}

const balances = (fleet: Fleet) =>
  Promise.all(
    fleet.brokers().map(async (broker) => (await broker.position()).subAccounts.map(({ balance }) => balance)),
  )
const failures = (fleet: Fleet) => fleet.brokers().map((broker) => broker.positions$.status.failures)

test('wallets that do not change are asked for by their digests alone, and a charge is seen at the next reading', async () => {
  await using fleet = await open()
  await until(() => asked().digests >= 2)
  const before = await balances(fleet)
  await readings(fleet, 2)
  proxy.reset()
  await readings(fleet, 3)
  expect(asked()).toEqual({ digests: expect.toBeOneOf([3, 4]) as number, aggregates: 0, others: 0 })

  await chain.inference[0]?.settle(wallets[1] ?? '', 7n)
  proxy.reset()
  expect(await balances(fleet)).toEqual(
    before.map((accounts, at) => (at === 1 ? accounts.map((one) => one - 7n) : accounts)),
  )
  const [aggregate, ...more] = requests().filter(isAggregate)
  expect(more).toEqual([])
  // Of the one that was charged; the names of the others are not in it.
  expect(wallets.map((wallet) => aggregate?.data.includes(wallet.slice(2).toLowerCase()))).toEqual([
    false,
    true,
    false,
    false,
  ])
})

test('a node that does not run such code is read in full, and no reading fails', async () => {
  const isCode = (params: unknown[]): boolean => isDigest(params[0] as Request)
  removals.push(
    proxy.fault(({ method, params }) =>
      method === 'eth_call' && isCode(params) ? { kind: 'rpc', code: -32000, message: 'invalid opcode' } : undefined,
    ),
  )
  proxy.reset()
  await using fleet = await open()
  const seen: number[] = []
  fleet.brokers()[0]?.positions$.subscribe(() => void seen.push(failures(fleet).reduce((sum, one) => sum + one, 0)))
  await until(() => seen.length >= 8)
  expect(seen.every((failed) => failed === 0)).toBe(true)
  // It is asked once, and not again within the next minute.
  expect(asked().digests).toBe(1)
  await chain.inference[0]?.settle(wallets[2] ?? '', 3n)
  const [after] = (await balances(fleet))[2] ?? []
  const { balance } = (await chain.contracts.inference.getFunction('getAccount')(
    wallets[2],
    chain.inference[0]?.address,
  )) as { balance: bigint }
  expect(after).toBe(balance)
})

test('a wallet without a ledger is asked for by its digest too, and a change of its gas is seen at once', async () => {
  const fresh = Wallet.createRandom().address
  await using fleet = await createFleet({
    provider: connect(proxy.url),
    network: chain.network,
    wallets: [fresh],
    intervalMs: 300,
  })
  const [broker] = fleet.brokers()
  broker?.positions$.subscribe()
  proxy.reset()
  await until(() => asked().digests >= 2)
  expect((await broker?.position())?.ledger).toBeNull()
  await chain.provider.send('anvil_setBalance', [fresh, '0x7'])
  expect((await broker?.position())?.wallet.balance).toBe(7n)
})
