import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JournalRecord } from 'og-ledger'
import { migrate, postgresLeases } from 'og-ledger/postgres'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

const chainId = 31_337n
const LEASE_MS = 4_500

let postgres: TestPostgres
let pool: Pool

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
})
afterAll(() => postgres[Symbol.asyncDispose]())

const note = (id: string): JournalRecord => ({ type: 'superseded', id, reason: 'a test' })
const bytesOf = (wallet: string): Buffer => Buffer.from(wallet.slice(2), 'hex')

/** Connections whose statements wait for a lock. */
async function waiting(): Promise<number> {
  const { rowCount } = await pool.query(`select from pg_stat_activity where wait_event_type = 'Lock'`)
  return rowCount ?? 0
}

/** How long the lease of a wallet holds beyond a time of the database, in milliseconds. */
async function heldBeyond(wallet: string, since: Date): Promise<number> {
  const { rows } = await pool.query<{ ms: number }>(
    `select extract(epoch from expires_at - $2)::double precision * 1000 as ms from og_ledger.og_ledger_wallets where wallet = $1`,
    [bytesOf(wallet), since],
  )
  return Number(rows[0]?.ms)
}

test('a row that a foreign transaction has locked keeps its own wallet waiting, no other one, and no connection', async () => {
  const wallets = ['11', '22'].map((byte) => `0x${byte.repeat(20)}`)
  const [locked = '', free = ''] = wallets
  const leases = postgresLeases({ pool, leaseMs: LEASE_MS })
  const journals = await leases.claim({ chainId, wallets })
  await Promise.all(journals.map((journal) => journal.load()))
  const of = (wallet: string) => journals.find((one) => one.wallet === wallet)
  const foreign = await postgres.pool().connect()
  await foreign.query('begin')
  await foreign.query('select from og_ledger.og_ledger_wallets where wallet = $1 for update', [bytesOf(locked)])
  const { rows } = await foreign.query<{ now: Date }>('select clock_timestamp() as now')
  const since = rows[0]?.now ?? new Date()

  const refusal = await of(locked)
    ?.append(note('a'))
    .catch((error: unknown) => error)
  expect(refusal).toMatchObject({
    name: 'JournalError',
    shortMessage: 'Another transaction of the database held a lock for too long: this statement took no effect.',
    retryable: true,
  })
  // Its heartbeats go on: later than any one before.
  await until(async () => (await heldBeyond(free, since)) > 1.5 * LEASE_MS)
  await of(free)?.append(note('b'))
  expect([await waiting(), journals.map(({ lost, refusal: why }) => [lost.aborted, why()])]).toEqual([
    0,
    [
      [false, null],
      [false, null],
    ],
  ])

  await foreign.query('commit')
  foreign.release()
  await of(locked)?.append(note('c'))
  const { rows: records } = await pool.query('select record from og_ledger.og_ledger_journal order by wallet')
  expect(records).toEqual([{ record: note('c') }, { record: note('b') }])
  await leases.close()
})

test('a process that closes while a row is locked ends in time, and leaves no connection that waits', async () => {
  const wallet = `0x${'33'.repeat(20)}`
  const leases = postgresLeases({ pool, leaseMs: LEASE_MS })
  const [journal] = await leases.claim({ chainId, wallets: [wallet] })
  await journal?.load()
  const foreign = await postgres.pool().connect()
  await foreign.query('begin')
  await foreign.query('select from og_ledger.og_ledger_wallets where wallet = $1 for update', [bytesOf(wallet)])
  await leases.close()
  expect(await waiting()).toBe(0)
  await foreign.query('commit')
  foreign.release()
})
