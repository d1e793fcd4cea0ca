import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BudgetExhaustedError, type BudgetedLeases, type LeasedJournal } from 'og-ledger'
import { migrate, postgresLeases, type PostgresPool } from 'og-ledger/postgres'
import { countingPool } from '../../support/counting-pool.ts'
import { outcomeRecords, paymentRecord } from '../../support/payment-records.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { until } from '../../support/until.ts'

const chainId = 31_337n
const HOUR = 3_600
let postgres: TestPostgres
let proxy: TcpProxy
/** Straight to the database, and by way of the proxy. */
let direct: Pool
let proxied: Pool
let count = 0
/** A budget, and wallets, of one test's own. */
let name: string
let wallets: string[]
const opened: BudgetedLeases[] = []

beforeAll(async () => {
  postgres = await startPostgres()
  proxy = await startTcpProxy(postgres.port)
  direct = postgres.pool()
  proxied = postgres.pool({ connectionString: postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`) })
  await migrate({ pool: direct })
})
afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})
beforeEach(async () => {
  proxy.set('pass')
  await Promise.all(opened.splice(0).map((leases) => leases.close()))
  count += 1
  name = `budget ${count}`
  wallets = Array.from({ length: 10 }, (_, at) => `0x${(count * 100 + at).toString(16).padStart(40, '0')}`)
})

type ProcessOptions = { holder?: string; pool?: PostgresPool; amount?: bigint; timeoutMs?: number }

/** The leases of one process, with a budget of ten wei in an hour. */
function leasesOf({ amount = 10n, pool = direct, ...more }: ProcessOptions = {}): BudgetedLeases {
  const leases = postgresLeases({ pool, ...more }).withBudget?.({ chainId, name, amount, seconds: HOUR })
  if (!leases) throw new Error('They keep budgets.')
  opened.push(leases)
  return leases
}

async function claimed(leases: Pick<BudgetedLeases, 'claim'>, wanted: readonly string[]): Promise<LeasedJournal[]> {
  const journals = await leases.claim({ chainId, wallets: wanted })
  expect(journals.length).toBe(wanted.length)
  await Promise.all(journals.map((journal) => journal.load()))
  return wanted.map((wallet) => journals.find((one) => one.wallet === wallet) as LeasedJournal)
}

async function one(leases: Pick<BudgetedLeases, 'claim'>, wallet = wallets[0] ?? ''): Promise<LeasedJournal> {
  const [journal] = await claimed(leases, [wallet])
  if (!journal) throw new Error('The wallet is free.')
  return journal
}

const result = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'paid',
    (error: Error) => error.name,
  )

/** What the database has of the test's wallets: records of payments, rows of payments, and the sum that the budget counts. */
async function books() {
  const bytes = wallets.map((wallet) => Buffer.from(wallet.slice(2), 'hex'))
  const records = await direct.query<{ id: string }>(
    `select record->>'id' as id from og_ledger.og_ledger_journal where wallet = any($1) and record->>'type' = 'prepared'`,
    [bytes],
  )
  const payments = await direct.query<{ id: string }>(
    'select id from og_ledger.og_ledger_payments where wallet = any($1) and budget = $2',
    [bytes, name],
  )
  const { rows } = await direct.query<{ spent: string }>('select spent from og_ledger.og_ledger_spent_in($1, $2, $3)', [
    String(chainId),
    name,
    HOUR,
  ])
  return {
    recorded: records.rows.map(({ id }) => id).toSorted(),
    counted: payments.rows.map(({ id }) => id).toSorted(),
    spent: Number(rows[0]?.spent),
  }
}
async function stateOf(id: string): Promise<string | undefined> {
  const { rows } = await direct.query<{ state: string }>(
    `select case when counts_from > clock_timestamp() then 'open' when counts_from = '-infinity' then 'unpaid' else 'paid' end as state
      from og_ledger.og_ledger_payments where budget = $1 and id = $2`,
    [name, id],
  )
  return rows[0]?.state
}

/** Seconds of block time: those of a machine, here. */
const now = (): number => Math.floor(Date.now() / 1_000)
const bothOf = (ids: readonly string[], spent: number) => ({ recorded: ids, counted: ids, spent })

test.each(['read committed', 'repeatable read', 'serializable'])(
  'processes that race for a budget pay no more than it allows, and what is refused is not recorded (%s)',
  async (isolation) => {
    const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
    const journals = await Promise.all(
      [0, 1].map((at) =>
        claimed(leasesOf({ holder: `p${at}`, pool: postgres.pool({ options }) }), wallets.slice(at * 5, at * 5 + 5)),
      ),
    )
    const results = await Promise.all(
      journals.flat().map((journal, at) => result(journal.append(paymentRecord(`${at}`, 3n)))),
    )
    expect(results.toSorted()).toEqual([...Array(7).fill('BudgetExhaustedError'), 'paid', 'paid', 'paid'])
    const paid = results.flatMap((text, at) => (text === 'paid' ? [`${at}`] : []))
    expect(await books()).toEqual(bothOf(paid, 9))
  },
)

test('a payment that is refused says what is left, and what is left can be paid', async () => {
  const [here, there] = [leasesOf(), leasesOf()]
  expect([here.left(), there.left()]).toEqual([10n, 10n])
  const [first, second] = [await one(here, wallets[0]), await one(there, wallets[1])]
  await first.append(paymentRecord('a', 7n))
  const refusal = await second.append(paymentRecord('b', 4n)).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(BudgetExhaustedError)
  expect(refusal).toMatchObject({
    facts: { wallet: wallets[1], budget: name, amount: '0.000000000000000004 OG', left: '0.000000000000000003 OG' },
  })
  expect([here.left(), there.left(), second.refusal()]).toEqual([3n, 3n, null])
  await second.append(paymentRecord('b', 3n))
  expect(there.left()).toBe(0n)
  expect(await books()).toEqual(bothOf(['a', 'b'], 10))
})

test('what another process paid, and what ended unpaid, is known by the next question', async () => {
  const [here, there] = [leasesOf(), leasesOf()]
  const journal = await one(here)
  await journal.append(paymentRecord('a', 10n))
  there.left()
  await until(() => there.left() === 0n)
  expect(await result((await one(there, wallets[1])).append(paymentRecord('b', 1n)))).toBe('BudgetExhaustedError')
  await journal.append(outcomeRecords.reverted('a'))
  await one(there, wallets[2]).then((other) => other.append(paymentRecord('c', 10n)))
  expect(await books()).toEqual({ recorded: ['a', 'c'], counted: ['a', 'c'], spent: 10 })
})

test('what pays nothing is recorded whatever the budget leaves', async () => {
  const journal = await one(leasesOf({ amount: 1n }))
  const record = paymentRecord('a', 5n)
  if (record.type !== 'prepared') throw new Error('It is one.')
  // As where a person calls transferFund: budgets are for what auto-funding decides on.
  await journal.append({ ...record, intent: { ...record.intent, decidedAt: null } })
  expect(await books()).toEqual({ recorded: ['a'], counted: [], spent: 0 })
})

test('budgets of other names, and of other chains, count by themselves', async () => {
  await (await one(leasesOf())).append(paymentRecord('a', 10n))
  const other = postgresLeases({ pool: direct })
  for (const [index, terms] of [
    { chainId, name: `${name} of others` },
    { chainId: 16_661n, name },
  ].entries()) {
    const leases = other.withBudget?.({ ...terms, amount: 10n, seconds: HOUR })
    const [journal] = (await leases?.claim({ chainId: terms.chainId, wallets: [wallets[1 + index] ?? ''] })) ?? []
    await journal?.load()
    await journal?.append(paymentRecord('b', 10n))
  }
  await other.close()
  expect((await books()).spent).toBe(10)
})

test('a process whose lease is taken records and counts nothing more', async () => {
  const zombie = await one(leasesOf({ holder: 'old' }))
  await zombie.append(paymentRecord('a', 2n))
  await direct.query('update og_ledger.og_ledger_wallets set expires_at = clock_timestamp() where wallet = $1', [
    Buffer.from(zombie.wallet.slice(2), 'hex'),
  ])
  const next = await one(leasesOf({ holder: 'new' }))
  expect(await result(zombie.append(paymentRecord('b', 1n)))).toBe('LeaseLostError')
  expect(await result(zombie.append(outcomeRecords.superseded('a')))).toBe('LeaseLostError')
  expect(await books()).toEqual(bothOf(['a'], 2))
  await next.append(outcomeRecords.superseded('a'))
  expect((await books()).spent).toBe(0)
})

test.each(['cut-requests', 'cut-answers', 'swallow-answers'] as const)(
  'a payment whose connection fails (%s) stands once, and counts once',
  async (fault) => {
    const journal = await one(leasesOf({ pool: proxied, timeoutMs: 1_500 }))
    proxy.set(fault)
    const appended = journal.append(paymentRecord('a', 6n))
    await proxy.met()
    await until(() => journal.refusal() !== null)
    proxy.set('pass')
    await appended
    expect(await books()).toEqual(bothOf(['a'], 6))
  },
)

/** Has the database hold every payment of the budget where it waits for the ones before. */
async function holdPayments() {
  const client = await direct.connect()
  await client.query('insert into og_ledger.og_ledger_budgets (chain_id, name) values ($1, $2)', [
    String(chainId),
    name,
  ])
  await client.query('begin')
  await client.query('select from og_ledger.og_ledger_budgets where name = $1 for update', [name])
  const waiting = `select pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%og_ledger_pay%'`
  const count = async (): Promise<number> => (await direct.query(waiting)).rowCount ?? 0
  return {
    count,
    waiting: (least: number) => until(async () => (await count()) >= least),
    terminate: () => direct.query(`select pg_terminate_backend(pid) from (${waiting}) as found`),
    async release() {
      await client.query('commit')
      client.release()
    },
  }
}

test('a payment whose client gave up while it waited in the database stands once, and counts once', async () => {
  const held = await holdPayments()
  const journal = await one(leasesOf({ pool: proxied, timeoutMs: 20_000 }))
  const appended = journal.append(paymentRecord('a', 6n))
  await held.waiting(1)
  proxy.cut()
  // The server does not know that the first client is gone.
  await held.waiting(2)
  await held.release()
  await appended
  expect(await books()).toEqual(bothOf(['a'], 6))
})

test('a payment that waits too long for others is ended by the database, and leaves no connection that waits', async () => {
  const held = await holdPayments()
  const journal = await one(leasesOf({ timeoutMs: 400 }))
  expect(await journal.append(paymentRecord('a', 6n)).catch((error: unknown) => error)).toMatchObject({
    name: 'JournalError',
    shortMessage: 'Another transaction of the database held a lock for too long: this statement took no effect.',
    retryable: true,
  })
  expect([await held.count(), journal.refusal(), await books()]).toEqual([0, null, bothOf([], 0)])
  await held.release()
  await journal.append(paymentRecord('a', 6n))
  expect(await books()).toEqual(bothOf(['a'], 6))
})

test('payments that wait behind one that is held up for too long are refused with it, and cost no statement each', async () => {
  const held = await holdPayments()
  const { counted, statements } = countingPool(direct)
  const journals = await claimed(leasesOf({ pool: counted, timeoutMs: 2_000 }), wallets)
  statements.length = 0
  const results = await Promise.all(journals.map((journal, at) => result(journal.append(paymentRecord(`${at}`, 1n)))))
  expect(results).toEqual(wallets.map(() => 'JournalError'))
  expect(statements.filter((text) => text.startsWith('select outcome'))).toHaveLength(1)
  expect(journals.map((journal) => journal.refusal())).toEqual(wallets.map(() => null))
  await held.release()
  await Promise.all(journals.map((journal, at) => journal.append(paymentRecord(`${at}`, 1n))))
  expect((await books()).spent).toBe(wallets.length)
})

test('a payment whose server process ends in the middle leaves neither a record nor a reservation, and is made anew', async () => {
  const held = await holdPayments()
  const journal = await one(leasesOf())
  const appended = journal.append(paymentRecord('a', 6n))
  await held.waiting(1)
  await held.terminate()
  await until(() => journal.refusal() !== null)
  expect(await books()).toEqual(bothOf([], 0))
  await held.release()
  await appended
  expect(await books()).toEqual(bothOf(['a'], 6))
})

test('a payment in doubt that the budget does not allow any more is refused, and its first statement would come too late', async () => {
  const journal = await one(leasesOf({ pool: proxied, timeoutMs: 1_500 }))
  proxy.set('cut-requests')
  const appended = result(journal.append(paymentRecord('a', 6n)))
  await proxy.met()
  await (await one(leasesOf(), wallets[1])).append(paymentRecord('b', 6n))
  proxy.set('pass')
  expect(await appended).toBe('BudgetExhaustedError')
  expect(await books()).toEqual(bothOf(['b'], 6))
  expect(await journal.load()).toEqual([{ type: 'superseded', id: 'a', reason: 'the budget did not allow it' }])
  await journal.append(paymentRecord('c', 4n))
  expect(await books()).toEqual(bothOf(['b', 'c'], 10))
})

test('while the database is lost nothing is paid, and payments that wait for it are refused at once', async () => {
  const journals = await claimed(leasesOf({ pool: proxied, timeoutMs: 4_000 }), wallets.slice(0, 3))
  proxy.set('cut-requests')
  const [first, ...others] = journals.map((journal, at) => journal.append(paymentRecord(`${at}`, 1n)))
  const errors = await Promise.all(others.map((work) => work?.catch((error: Error) => error)))
  expect(errors.map((error) => error instanceof Error && error.message.split('\n')[0])).toEqual([
    'The database of the journal does not answer.',
    'The database of the journal does not answer.',
  ])
  expect(await books()).toEqual(bothOf([], 0))
  proxy.set('pass')
  await first
  expect(await books()).toEqual(bothOf(['0'], 1))
})

test('an outcome that the database did not take counts once it answers again, although its record is not written anew', async () => {
  const journal = await one(leasesOf({ pool: proxied, timeoutMs: 1_500 }))
  await journal.append(paymentRecord('a', 6n))
  expect(await stateOf('a')).toBe('open')
  // A connection that cannot be had is no doubt: the record is refused.
  const heal = unreachable()
  expect(await result(journal.append(outcomeRecords.mined('a')))).toBe('JournalError')
  heal()
  await until(async () => (await stateOf('a')) === 'paid')
  expect(await journal.load()).toEqual([paymentRecord('a', 6n)])
})

test('a payment whose refusal the database did not take may be mined yet: it keeps its place in the budget', async () => {
  const journal = await one(leasesOf({ pool: proxied, timeoutMs: 1_500 }))
  for (const id of ['a', 'b', 'c', 'd']) await journal.append(paymentRecord(id, 2n))
  const heal = unreachable()
  const { mined, reverted, superseded, unmined } = outcomeRecords
  const records = [
    superseded('a'),
    mined('b'),
    superseded('b'),
    mined('c'),
    unmined('c'),
    superseded('c'),
    reverted('d'),
  ]
  for (const record of records) expect(await result(journal.append(record))).toBe('JournalError')
  heal()
  // What is owed is written in the order in which it was seen.
  await until(async () => (await stateOf('d')) === 'unpaid')
  expect(await Promise.all(['a', 'b', 'c'].map(stateOf))).toEqual(['open', 'paid', 'open'])
  expect((await books()).spent).toBe(6)
})

/** No connection of the pool can be had. */
function unreachable(): () => void {
  const { connect } = proxied
  const fail = (): Promise<never> => Promise.reject(new Error('no route to the database'))
  Object.assign(proxied, { connect: fail })
  return () => Object.assign(proxied, { connect })
}

test('what wallets paid before the budget counts from the time at which it was decided on, and what is open is settled', async () => {
  const plain = postgresLeases({ pool: direct })
  const [before] = await claimed(plain, wallets.slice(0, 1))
  await before?.append(paymentRecord('long ago', 1n, now() - 2 * HOUR))
  await before?.append(outcomeRecords.mined('long ago'))
  await before?.append(paymentRecord('lately', 2n, now() - HOUR / 2))
  await before?.append(outcomeRecords.mined('lately'))
  await before?.append(paymentRecord('in flight', 3n, now() - 2 * HOUR))
  await before?.append(paymentRecord('reverted', 4n, now()))
  await before?.append(outcomeRecords.reverted('reverted'))
  await before?.append({
    type: 'paid',
    id: 'compacted',
    provider: '0x1',
    serviceType: 'inference',
    amount: 1n,
    at: now(),
  })
  await plain.close()

  const journal = await one(leasesOf())
  expect((await books()).spent).toBe(2 + 3 + 1)
  expect(await result(journal.append(paymentRecord('too much', 5n)))).toBe('BudgetExhaustedError')
  // What waited in the pool is spent with what comes after it.
  await journal.append(outcomeRecords.mined('in flight'))
  expect((await books()).spent).toBe(2 + 3 + 1)
  // Another takeover finds what is known already.
  await journal.close()
  const again = await one(leasesOf())
  expect((await books()).spent).toBe(2 + 3 + 1)
  await again.append(paymentRecord('new', 4n))
  expect((await books()).spent).toBe(10)
})

test('a payment that a process without the budget brought to its end is not taken for open', async () => {
  const first = await one(leasesOf())
  await first.append(paymentRecord('a', 6n))
  await first.close()
  const plain = postgresLeases({ pool: direct })
  const [without] = await claimed(plain, wallets.slice(0, 1))
  await without?.append(outcomeRecords.superseded('a'))
  expect((await books()).spent).toBe(0)
  await plain.close()
  const next = await one(leasesOf())
  expect((await books()).spent).toBe(0)
  // One that its journal does not know any more, as after a compaction, may have been paid.
  await next.append(paymentRecord('b', 5n))
  await next.close()
  await direct.query(`delete from og_ledger.og_ledger_journal where wallet = $1`, [
    Buffer.from(next.wallet.slice(2), 'hex'),
  ])
  await direct.query(
    `update og_ledger.og_ledger_payments set at = at - interval '59 minutes', counts_from = counts_from - interval '59 minutes'
      where wallet = $1`,
    [Buffer.from(next.wallet.slice(2), 'hex')],
  )
  await one(leasesOf())
  expect(await stateOf('b')).toBe('paid')
})

test('a chain of a budget may be told by a number, as everywhere', async () => {
  const leases = postgresLeases({ pool: direct })
  const budgeted = leases.withBudget?.({ chainId: 31_337 as unknown as bigint, name, amount: 1n, seconds: HOUR })
  const journals = await budgeted?.claim({ chainId, wallets: wallets.slice(0, 1) })
  expect(journals?.map(({ wallet }) => wallet)).toEqual(wallets.slice(0, 1))
  await expect(budgeted?.claim({ chainId: 1n, wallets })).rejects.toThrow('The budget is of another chain.')
  await leases.close()
})

test('a budget that cannot be kept is refused', () => {
  const { withBudget } = postgresLeases({ pool: direct })
  const refusal = (terms: object) => {
    try {
      withBudget?.({ chainId, name, amount: 1n, seconds: HOUR, ...terms })
      return null
    } catch (error) {
      return (error as Error).message.split('\n')[0]
    }
  }
  expect([{}, { name: '' }, { amount: -1n }, { seconds: 32 * 24 * HOUR }, { chainId: '1' }].map(refusal)).toEqual([
    null,
    'name is a name of 1 to 200 characters.',
    'amount is a bigint of wei from 0n up.',
    'seconds is seconds, 2678400 at most.',
    "chainId is the chain's id.",
  ])
})
