import { parseEther, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFleet, type FleetBudget } from 'og-ledger/fleet'
import { createMetrics } from 'og-ledger/metrics'
import { postgresLeases, type PostgresPool } from 'og-ledger/postgres'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { countingPool } from '../../support/counting-pool.ts'
import { EXACT } from '../../support/exact.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../../support/low-wallet.ts'
import { mining } from '../../support/mining.ts'
import { startProxiedPostgres, type ProxiedPostgres } from '../../support/proxied-postgres.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

const WALLETS = 3
let chain: LocalChain, node: Proxy
let postgres: ProxiedPostgres
let passing: AsyncDisposable

beforeAll(async () => {
  postgres = await startProxiedPostgres()
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0, wallets: 1 })
  node = await startProxy(chain.anvil.url)
  passing = mining(chain)
})
afterAll(async () => {
  await passing[Symbol.asyncDispose]()
  await node.stop()
  await chain[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

async function lowWallets(): Promise<LowWallet[]> {
  const low: LowWallet[] = []
  for (let count = 0; count < WALLETS; count += 1) low.push(await lowWallet(chain, chain.inference))
  return low
}

type Machine = {
  holder: string
  pool?: PostgresPool
  url?: string
  capacity?: number
  budget?: FleetBudget
  leaseMs?: number
}

/** The fleet of one machine. Both are of this process; what they share is the database. */
function open(
  low: readonly LowWallet[],
  { holder, pool = postgres.direct, url = chain.anvil.url, capacity, budget, leaseMs = 2_000 }: Machine,
) {
  const keys = new Map(low.map(({ wallet }) => [wallet.address, wallet.privateKey]))
  return createFleet({
    provider: connect(url),
    network: chain.network,
    wallets: [...keys.keys()],
    signerFor: (wallet) => new Wallet(keys.get(wallet) ?? ''),
    policyFor: () => ({
      autoFunding: chain.inference.map(({ address }) => ({
        provider: address,
        config: { ...EXACT, unsettledFee: false as const },
      })),
    }),
    leases: postgresLeases({ pool, holder, leaseMs, timeoutMs: leaseMs / 4 }),
    ...(capacity !== undefined && { capacity }),
    ...(budget && { budget }),
    intervalMs: 300,
  })
}

const outcomes = (low: readonly LowWallet[]) => Promise.all(low.map((one) => outcomeOf(chain, one)))
const paid = (low: readonly LowWallet[]) =>
  until(async () => (await outcomes(low)).every(({ mined, waiting }) => mined >= 2 && waiting === 0))
const holders = (fleet: Awaited<ReturnType<typeof open>>) =>
  fleet.wallets().map(({ state, lease }) => [state, lease?.holder, lease?.epoch])

test('two machines share the wallets, and one that closes hands its own to the other at once', async () => {
  const low = await lowWallets()
  const first = await open(low, { holder: 'first', capacity: 2 })
  await using second = await open(low, { holder: 'second' })
  expect([first.brokers().length, second.brokers().length]).toEqual([2, 1])
  await paid(low)
  await first.close()
  await until(() => second.brokers().length === WALLETS)
  // Which two the first one had, the database chose.
  const remaining = createMetrics(second)
    .samples()
    .filter(({ name }) => name === 'og_ledger_lease_remaining_seconds')
    .map(({ labels, value }) => [labels['wallet'], value > 0 && value <= 2])
  expect(remaining).toEqual(second.wallets().map(({ wallet }) => [wallet, true]))
  expect(holders(second).toSorted((a, b) => Number(a[2]) - Number(b[2]))).toEqual([
    ['open', 'second', 1],
    ['open', 'second', 2],
    ['open', 'second', 2],
  ])
  expect([first.leasesLost(), second.leasesLost()]).toEqual([0, 0])
  expect(await outcomes(low)).toEqual(low.map(paidOnce))
})

test('a machine that is cut off from node and database leaves its wallets to another, which sends what was signed', async () => {
  const low = await lowWallets()
  const heal = node.fault(({ method }) => (method === 'eth_sendRawTransaction' ? { kind: 'drop' } : undefined))
  await using first = await open(low, { holder: 'first', pool: postgres.proxied, url: node.url })
  // Each wallet has a signed transaction in the database that no node has taken.
  await until(() => (node.calls['eth_sendRawTransaction'] ?? 0) >= WALLETS)
  postgres.proxy.set('cut-requests')
  await using second = await open(low, { holder: 'second' })
  await until(() => second.brokers().length === WALLETS)
  await paid(low)
  expect(holders(second)).toEqual(low.map(() => ['open', 'second', 2]))
  // Back again, the first one has everything on it refused.
  heal()
  postgres.proxy.set('pass')
  await until(() => first.leasesLost() === WALLETS)
  await until(() => first.wallets().every(({ state }) => state === 'foreign'))
  expect([first.brokers(), second.leasesLost()]).toEqual([[], 0])
  expect(await outcomes(low)).toEqual(low.map(paidOnce))
})

test('a budget that machines share adds no statement to a reading that wants nothing', async () => {
  const low = await lowWallets()
  const { counted: pool, statements } = countingPool(postgres.direct)
  const budget = { amount: '100', per: '1h', name: 'statements' } as const
  await using fleet = await open(low, { holder: 'first', pool, budget, leaseMs: 60_000 })
  await paid(low)
  const isContent = () =>
    fleet
      .brokers()
      .every((broker) =>
        broker.latest()?.decisions.every((one) => one.action === 'hold' && one.reason === 'sufficient'),
      )
  await until(isContent)
  const before = statements.length
  expect(statements.filter((text) => text.startsWith('select outcome,')).length).toBe(WALLETS * 2)
  let readings = 0
  const watching = fleet.brokers().map((broker) => broker.positions$.subscribe(() => (readings += 1)))
  await until(() => readings >= WALLETS * 5)
  for (const one of watching) one.unsubscribe()
  // A heartbeat for all wallets, if its time has come.
  expect(statements.slice(before).filter((text) => !text.startsWith('with own as'))).toEqual([])
  expect(await outcomes(low)).toEqual(low.map(paidOnce))
  const spent = (await outcomes(low)).reduce((sum, one) => sum + one.spent, 0n)
  const { rows } = await postgres.direct.query<{ spent: string }>(
    'select spent from og_ledger.og_ledger_spent_in($1, $2, 3600)',
    [String(chain.network.chainId), budget.name],
  )
  expect([BigInt(rows[0]?.spent ?? 0), spent < parseEther('100')]).toEqual([spent, true])
})
