import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, postgresLeases } from 'og-ledger/postgres'
import type { LeasedJournal, Leases } from '../../../src/index.ts'
import { outcomeRecords, paymentRecord } from '../../support/payment-records.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
let postgres: TestPostgres
let pool: Pool
let chainId = 100n
let leases: Leases

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
})
afterAll(async () => {
  await leases.close()
  await postgres[Symbol.asyncDispose]()
})

/** Seconds of block time, which is that of this machine. */
const now = (): number => Math.floor(Date.now() / 1_000)

/** The journal of a wallet on a chain of the test's own, in a budget of ten wei an hour, or in none. */
async function claimed({ budget = true }: { budget?: boolean } = {}): Promise<LeasedJournal> {
  const all = postgresLeases({ pool })
  leases = (budget && all.withBudget?.({ chainId, name: 'fleet', amount: 10n, seconds: HOUR })) || all
  const [journal] = await leases.claim({ chainId, wallets: [`0x${'12'.repeat(20)}`] })
  if (!journal) throw new Error('It is free.')
  await journal.load()
  return journal
}

/** What of a chain was recorded until now was recorded before the database's clock was set by so many seconds. */
async function leap(seconds: number): Promise<void> {
  await pool.query(
    `update og_ledger.og_ledger_payments set at = at - $2 * interval '1 second', counts_from = counts_from - $2 * interval '1 second'
      where chain_id = $1`,
    [String(chainId), seconds],
  )
}

async function rows(): Promise<string[]> {
  const found = await pool.query<{ id: string }>(
    'select id from og_ledger.og_ledger_payments where chain_id = $1 order by id',
    [String(chainId)],
  )
  return found.rows.map(({ id }) => id)
}

const exhausted = { name: 'BudgetExhaustedError' }

test.each([{ days: 1 }, { days: 70 }])(
  'a clock of the database that leaps by $days days ends no window and removes no payment',
  async ({ days }) => {
    chainId += 1n
    const journal = await claimed()
    const before = now() - days * DAY
    await journal.append(paymentRecord('mined', 6n, before, 1))
    await journal.append(outcomeRecords.mined('mined'))
    await journal.append(paymentRecord('in flight', 3n, before, 2))
    // Both were recorded by the right clock.
    await pool.query(
      `update og_ledger.og_ledger_payments set at = to_timestamp($2),
      counts_from = case id when 'mined' then to_timestamp($2) else to_timestamp($2) + interval '744 hours' end where chain_id = $1`,
      [String(chainId), before],
    )
    await expect(journal.append(paymentRecord('a', 2n, before + 600, 3))).rejects.toMatchObject(exhausted)
    await journal.append(paymentRecord('b', 1n, before + 600, 3))
    await expect(journal.append(paymentRecord('c', 1n, before + 660, 4))).rejects.toMatchObject(exhausted)
    expect(await rows()).toEqual(['b', 'in flight', 'mined'])
    // The window ends by the chain's time.
    await journal.append(paymentRecord('d', 6n, before + 2 * HOUR, 4))
    await leases.close()
  },
)

test('what is paid while the clock of the database is hours behind counts for a whole window once it is right', async () => {
  chainId += 1n
  const journal = await claimed()
  const behind = 3 * HOUR
  await journal.append(paymentRecord('mined', 6n, now() + behind, 1))
  await journal.append(outcomeRecords.mined('mined'))
  await journal.append(paymentRecord('mined at once', 4n, now() + behind, 2))
  await journal.append(outcomeRecords.mined('mined at once'))
  await leap(behind)
  await expect(journal.append(paymentRecord('a', 1n, now() + 600, 3))).rejects.toMatchObject(exhausted)
  expect(await rows()).toEqual(['mined', 'mined at once'])
  await leases.close()
})

test('what a journal tells of counts although the clock of the database has leapt past it', async () => {
  chainId += 1n
  const before = now() - 70 * DAY
  const plain = await claimed({ budget: false })
  await plain.append(paymentRecord('of no budget', 7n, before, 1))
  await leases.close()
  const journal = await claimed()
  expect(await rows()).toEqual(['of no budget'])
  await expect(journal.append(paymentRecord('too much', 4n, before + 60, 2))).rejects.toMatchObject(exhausted)
  await journal.append(paymentRecord('what is left', 3n, before + 60, 2))
  await leases.close()
})

test('a refused record that a compaction writes anew keeps no place in a budget', async () => {
  chainId += 1n
  const journal = await claimed()
  await journal.append(paymentRecord('refused', 6n, now(), 1))
  await journal.append(outcomeRecords.refused('refused'))
  // Another transaction has taken the nonce.
  await pool.query('update og_ledger.og_ledger_payments set held_until = null where chain_id = $1', [String(chainId)])
  await pool.query(
    `insert into og_ledger.og_ledger_journal (chain_id, wallet, seq, epoch, record)
      select chain_id, wallet, seq + 1, epoch, record from og_ledger.og_ledger_journal where chain_id = $1 order by seq desc limit 1`,
    [String(chainId)],
  )
  const held = await pool.query(`select * from og_ledger.og_ledger_held_in($1, 'fleet')`, [String(chainId)])
  expect(held.rows).toEqual([])
  await leases.close()
})

test('the lease of a machine that was lost before the clock was set back by hours is free, and one of an hour is not', async () => {
  chainId += 1n
  const wallets = ['01', '02'].map((one) => `0x${one.repeat(20)}`)
  const dead = postgresLeases({ pool, holder: 'dead', leaseMs: '1h' })
  expect((await dead.claim({ chainId, wallets })).length).toBe(2)
  await pool.query(
    `update og_ledger.og_ledger_wallets set expires_at = expires_at + interval '5 hours' where chain_id = $1 and wallet = $2`,
    [String(chainId), Buffer.from('01'.repeat(20), 'hex')],
  )
  const next = postgresLeases({ pool, holder: 'next' })
  const taken = await next.claim({ chainId, wallets })
  expect(taken.map(({ wallet, epoch }) => [wallet, epoch])).toEqual([[wallets[0], 2]])
  await Promise.all([dead.close(), next.close()])
})
