import { parseEther } from 'ethers'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { migrate } from 'og-ledger/postgres'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf, type LowWallet } from '../../support/low-wallet.ts'
import { mining } from '../../support/mining.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { chaosRuns, inTurn } from '../../support/runs.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { startToldProcess, type ToldProcess } from '../../support/told-process.ts'
import { until as untilWithin } from '../../support/until.ts'

/** Where a process stands that pays from the common budget. `in-the-database`: while the database makes its payment wait. */
const moments = [
  'before-prepared',
  'in-the-database',
  'after-prepared',
  'before-broadcast',
  'after-broadcast',
  'before-mined',
  'after-mined',
] as const

/** What happens then. `outlived`: it stands still past its leases, while another process pays, and goes on. */
const faults = ['killed', 'outlived', 'cut off', 'database crashed'] as const
const cases = moments.flatMap((moment) => faults.map((fault) => ({ moment, fault })))

const WALLETS = 3
const LEASE_MS = 9_000
/** Of three wallets that need three OG each. */
const BUDGET = '5'
/**
 * Every sub-account is paid, or says that the budget is spent. It is enough for three, and plans that race may share out the rest among
 * more of them in parts.
 */
const SPENT = /^plan (budget-exhausted,){3,5}sufficient(,sufficient)*$/

let chain: LocalChain
let passing: AsyncDisposable
let postgres: TestPostgres
let pool: Pool
/** By which the first process reaches the database. */
let proxy: TcpProxy
const processes: ToldProcess[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  pool.on('error', () => undefined)
  proxy = await startTcpProxy(postgres.port)
  await migrate({ pool })
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  passing = mining(chain)
})
afterEach(() => Promise.all(processes.splice(0).map((one) => one.kill())))
afterAll(async () => {
  await passing[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

test.each(chaosRuns(4).map(({ seed, random }) => ({ seed, random, ...inTurn(cases, seed) })))(
  'processes that race for the last of a budget pay all of it and no more, whatever happens to one of them ($fault $moment, seed $seed)',
  { timeout: 400_000 },
  async ({ seed, random, moment, fault }) => {
    const clockAheadMs = [0, 3_600_000, -3_600_000][Math.floor(random() * 3)] ?? 0
    const about = `${fault} ${moment}, its clock ${clockAheadMs} ms ahead, seed ${seed}`
    const name = `seed ${seed}`
    const low: LowWallet[] = []
    for (let count = 0; count < WALLETS; count += 1) low.push(await lowWallet(chain, chain.inference))

    const held = moment === 'in-the-database' ? await holdPayments(name) : null
    const first = start(low, { holder: 'first', name, stopAt: moment, clockAheadMs })
    await (held ? held.waiting() : first.says(`stopping ${moment}`))
    if (held && fault === 'outlived') first.stop()
    if (fault === 'killed') await first.kill()
    if (fault === 'cut off') proxy.cut()
    if (fault === 'database crashed') {
      await postgres.crash()
      held?.drop()
      await postgres.start()
    } else await held?.release()
    if (fault !== 'killed' && fault !== 'outlived') first.resume()

    const second = start(low, { holder: 'second', name, stopAt: null, clockAheadMs: 0 })
    await until(async () => (await spentBy(low)) === parseEther(BUDGET))
    await second.says('open')
    if (fault === 'outlived') {
      await until(async () => (await owners(low)).every((holder) => holder === 'second'))
      first.resume()
      await first.says('lost')
    }
    await first.kill()
    // The wallets of the process that ended, and one that a new process may have.
    await until(async () => (await owners(low)).every((holder) => holder === 'second'))
    await second.says(SPENT)
    await second.says(SPENT, { again: true })
    await second.kill()

    expect(await spentBy(low), about).toBe(parseEther(BUDGET))
    expect(await countedIn(name), about).toEqual(await paidBy(low))
  },
)

/** Processes start slowly on a busy machine. */
const until = (condition: () => boolean | Promise<boolean>) => untilWithin(condition, 120_000)

/** Has the database hold payments of a budget where each waits for the one before. */
async function holdPayments(name: string) {
  const of = [String(chain.network.chainId), name]
  await pool.query('insert into og_ledger.og_ledger_budgets (chain_id, name) values ($1, $2)', of)
  const client = await pool.connect()
  client.on('error', () => undefined)
  await client.query('begin')
  await client.query('select from og_ledger.og_ledger_budgets where chain_id = $1 and name = $2 for update', of)
  const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%og_ledger_pay%'`
  return {
    waiting: () => until(async () => (await pool.query(waiting)).rowCount !== 0),
    async release() {
      await client.query('commit')
      client.release()
    },
    /** The connection is gone: a pool ends once it has all of its connections back. */
    drop: () => client.release(true),
  }
}

async function owners(low: readonly LowWallet[]): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ holder: string | null }>(
    'select holder from og_ledger.og_ledger_wallets where wallet = any($1)',
    [low.map(({ wallet }) => Buffer.from(wallet.address.slice(2), 'hex'))],
  )
  return rows.map(({ holder }) => holder)
}

const outcomes = (low: readonly LowWallet[]) => Promise.all(low.map((one) => outcomeOf(chain, one)))

async function spentBy(low: readonly LowWallet[]): Promise<bigint> {
  return (await outcomes(low)).reduce((sum, { spent }) => sum + spent, 0n)
}

/** Every amount that left a ledger, on the chain. */
async function paidBy(low: readonly LowWallet[]): Promise<bigint[]> {
  return sorted((await outcomes(low)).flatMap(({ paid }) => Object.values(paid).flat()))
}

/** Every payment that the budget counts. */
async function countedIn(name: string): Promise<bigint[]> {
  const { rows } = await pool.query<{ amount: string }>(
    `select amount from og_ledger.og_ledger_payments where budget = $1 and counts_from > '-infinity'`,
    [name],
  )
  return sorted(rows.map(({ amount }) => BigInt(amount)))
}

const sorted = (amounts: readonly bigint[]): bigint[] => amounts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))

function start(
  low: readonly LowWallet[],
  { name, ...options }: { holder: string; name: string; stopAt: string | null; clockAheadMs: number },
): ToldProcess {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const one = startToldProcess('budgeted-fleet.mjs', {
    ...options,
    database: options.holder === 'first' ? postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`) : postgres.url,
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference, fineTuning },
    keys: low.map(({ wallet }) => wallet.privateKey),
    providers: chain.inference.map(({ address }) => address),
    budget: { amount: BUDGET, per: '1h', name },
    capacity: options.holder === 'first' ? 2 : WALLETS,
    leaseMs: LEASE_MS,
  })
  processes.push(one)
  return one
}
