import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, postgresLeases } from 'og-ledger/postgres'
import { firstVersionJournal, toFirstVersion } from '../../support/first-version.ts'
import { outcomeRecords, paymentRecord } from '../../support/payment-records.ts'
import { secondVersionJournal, toSecondVersion } from '../../support/second-version.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

const chainId = 31_337n
const HOUR = 3_600
const wallets = Array.from({ length: 10 }, (_, at) => `0x${(at + 1).toString(16).padStart(40, '0')}`)
let postgres: TestPostgres
let direct: Pool

beforeAll(async () => {
  postgres = await startPostgres()
  direct = postgres.pool()
})
afterAll(() => postgres[Symbol.asyncDispose]())

/** Seconds of block time: those of a machine, here. */
const now = (): number => Math.floor(Date.now() / 1_000)

test('many migrations at once bring tables of the first version up to date beside its processes, which write and beat meanwhile', async () => {
  const schema = 'first_version'
  await migrate({ pool: direct, schema })
  await toFirstVersion({ pool: direct, schema })
  const pool = postgres.pool({ max: 10 })
  const olds = await Promise.all(wallets.map((wallet) => firstVersionJournal({ pool, schema, chainId, wallet })))
  let isMigrated = false
  let written = 0
  const working = olds.map(async (old, at) => {
    for (let count = 0; !isMigrated || count < 2; count += 1) {
      expect(await old.append(paymentRecord(`${at} ${count}`, 1n))).toBe(true)
      expect(await old.renew()).toBe(true)
      written += 1
    }
  })
  await until(() => written > wallets.length)
  const isolated = postgres.pool({ options: '-c default_transaction_isolation=serializable' })
  const made = await Promise.all([direct, isolated, direct, isolated].map((one) => migrate({ pool: one, schema })))
  isMigrated = true
  await Promise.all(working)
  expect(made.filter(({ changed }) => changed)).toEqual([{ version: 4, changed: true }])
  const { rows } = await direct.query<{ count: string }>(`select count(*) from ${schema}.og_ledger_journal`)
  expect(Number(rows[0]?.count)).toBe(written)
})

test('once a chain has a budget, a process of the first version records no payment, and all else', async () => {
  await migrate({ pool: direct })
  const old = await firstVersionJournal({ pool: direct, schema: 'og_ledger', chainId: 5n, wallet: wallets[0] ?? '' })
  expect(await old.append(paymentRecord('before', 4n, now()))).toBe(true)
  const leases = postgresLeases({ pool: direct }).withBudget?.({
    chainId: 5n,
    name: 'fleet',
    amount: 10n,
    seconds: HOUR,
  })
  if (!leases) throw new Error('They keep budgets.')
  const [held] = await leases.claim({ chainId: 5n, wallets: wallets.slice(1, 2) })
  await held?.load()

  await expect(old.append(paymentRecord('after', 4n, now()))).rejects.toThrow(
    'machines share a budget on this chain, and the og-ledger of this one is too old to count in it: update it',
  )
  const record = paymentRecord('by a caller', 4n)
  if (record.type !== 'prepared') throw new Error('It is one.')
  expect(await old.append({ ...record, intent: { ...record.intent, decidedAt: null } })).toBe(true)
  expect(await old.append(outcomeRecords.mined('before'))).toBe(true)
  // Another wallet of the process, and of the next one of that version.
  const again = await firstVersionJournal({ pool: direct, schema: 'og_ledger', chainId: 5n, wallet: wallets[2] ?? '' })
  await expect(again.append(paymentRecord('after', 4n, now()))).rejects.toThrow('too old to count in it')

  // What it paid counts with the process that has the wallet next.
  await old.release()
  const [next] = await leases.claim({ chainId: 5n, wallets: wallets.slice(0, 1) })
  await next?.load()
  await expect(next?.append(paymentRecord('too much', 7n))).rejects.toThrow('does not allow it now')
  await next?.append(paymentRecord('what is left', 6n))
  // A process that knows of budgets, and has none, pays without one.
  const plain = postgresLeases({ pool: direct })
  const [free] = await plain.claim({ chainId: 5n, wallets: wallets.slice(3, 4) })
  await free?.load()
  await free?.append(paymentRecord('of no budget', 99n))
  await Promise.all([plain.close(), leases.close()])
})

test.each([
  {
    role: 'with rights on tables of the first version',
    schema: 'granted',
    statements: [
      `create role granted login password 'app'`,
      `create role "All Apps"`,
      `grant "All Apps" to granted`,
      `grant usage on schema granted to "All Apps"`,
      `grant select, insert, update, delete on all tables in schema granted to "All Apps"`,
    ],
  },
  {
    role: 'that created the tables of the first version',
    schema: 'owned',
    statements: [
      `create role owned login password 'app'`,
      `grant usage on schema owned to owned`,
      `alter table owned.og_ledger_wallets owner to owned`,
      `alter table owned.og_ledger_journal owner to owned`,
      `alter table owned.og_ledger_migrations owner to owned`,
    ],
  },
])('a role $role pays on once another role has migrated them', async ({ schema, statements }) => {
  await migrate({ pool: direct, schema })
  await toFirstVersion({ pool: direct, schema })
  for (const statement of statements) await direct.query(statement)
  const app = postgres.pool({ connectionString: postgres.url.replace(/og:[^@]*@/, `${schema}:app@`) })
  const old = await firstVersionJournal({ pool: app, schema, chainId, wallet: wallets[0] ?? '' })
  expect(await old.append(paymentRecord('before', 4n))).toBe(true)
  expect(await migrate({ pool: direct, schema })).toEqual({ version: 4, changed: true })
  expect(await old.append(outcomeRecords.mined('before'))).toBe(true)
  expect(await old.append(paymentRecord('after', 4n))).toBe(true)

  const budget = { chainId, name: 'fleet', amount: 10n, seconds: HOUR }
  const leases = postgresLeases({ pool: app, schema }).withBudget?.(budget)
  const [journal] = (await leases?.claim({ chainId, wallets: wallets.slice(1, 2) })) ?? []
  await journal?.load()
  await journal?.append(paymentRecord('counted', 4n))
  await journal?.append(outcomeRecords.superseded('counted'))
  const { rows } = await direct.query<{ id: string; unpaid: boolean }>(
    `select id, counts_from = '-infinity' as unpaid from ${schema}.og_ledger_payments`,
  )
  expect(rows).toEqual([{ id: 'counted', unpaid: true }])
  await leases?.close()
})

test('a migration gives up for another transaction, and keeps no process of the first version waiting behind it', async () => {
  const schema = 'backed_up'
  await migrate({ pool: direct, schema })
  await toFirstVersion({ pool: direct, schema })
  const old = await firstVersionJournal({ pool: direct, schema, chainId, wallet: wallets[0] ?? '' })
  const backup = await direct.connect()
  await backup.query('begin')
  await backup.query(`lock table ${schema}.og_ledger_wallets in access share mode`)
  const migrating = migrate({ pool: direct, schema }).catch((error: unknown) => error)
  expect(await old.append(paymentRecord('a', 1n))).toBe(true)
  expect(await migrating).toMatchObject({
    name: 'JournalError',
    shortMessage: 'Another transaction of the database held a lock for too long: this statement took no effect.',
    retryable: true,
  })
  await backup.query('commit')
  backup.release()
  expect(await migrate({ pool: direct, schema })).toEqual({ version: 4, changed: true })
})

test('a role that was granted the functions of the second version pays on once another role has migrated them', async () => {
  const schema = 'revoked'
  await direct.query(`create schema ${schema}`)
  await direct.query(`alter default privileges revoke execute on functions from public`)
  await migrate({ pool: direct, schema })
  await direct.query(`alter default privileges grant execute on functions to public`)
  await toSecondVersion({ pool: direct, schema })
  for (const statement of [
    `create role revoked login password 'app'`,
    `grant usage on schema ${schema} to revoked`,
    `grant select, insert, update, delete on all tables in schema ${schema} to revoked`,
    `grant execute on all functions in schema ${schema} to revoked`,
    `alter default privileges revoke execute on functions from public`,
  ])
    await direct.query(statement)
  expect(await migrate({ pool: direct, schema })).toEqual({ version: 4, changed: true })
  await direct.query(`alter default privileges grant execute on functions to public`)
  const app = postgres.pool({ connectionString: postgres.url.replace(/og:[^@]*@/, `revoked:app@`) })
  const leases = postgresLeases({ pool: app, schema }).withBudget?.({
    chainId,
    name: 'fleet',
    amount: 10n,
    seconds: HOUR,
  })
  const [journal] = (await leases?.claim({ chainId, wallets: wallets.slice(0, 1) })) ?? []
  await journal?.load()
  await journal?.append(paymentRecord('a', 4n, now()))
  const rights = await direct.query(
    `select has_function_privilege('public', 'revoked.og_ledger_held_in(numeric, text)', 'execute') as public`,
  )
  expect(rights.rows).toEqual([{ public: false }])
  await leases?.close()
})

test('processes of the second version count on while the tables are brought up to date, and beside newer ones', async () => {
  const schema = 'second'
  await migrate({ pool: direct, schema })
  await toSecondVersion({ pool: direct, schema })
  const [first = '', second = '', third = ''] = wallets
  const old = await secondVersionJournal({ pool: direct, schema, chainId, wallet: first })
  const other = await secondVersionJournal({ pool: direct, schema, chainId, wallet: third })
  const record = (id: string, amount: bigint, nonce: number) => paymentRecord(id, amount, now(), nonce)
  expect(await old.pay(record('before', 2n, 0), 2n)).toBe('recorded')
  let isMigrated = false
  const paying = (async () => {
    for (let count = 0; !isMigrated || count < 2; count += 1) {
      expect(await other.pay(record(`${count}`, 1n, count), 1n)).toBe('recorded')
      expect(await other.turn(outcomeRecords.superseded(`${count}`), 'unpaid')).toBe(true)
    }
  })()
  expect(await migrate({ pool: direct, schema })).toEqual({ version: 4, changed: true })
  isMigrated = true
  await paying

  const leases = postgresLeases({ pool: direct, schema }).withBudget?.({
    chainId,
    name: 'fleet',
    amount: 10n,
    seconds: HOUR,
  })
  const [newer] = (await leases?.claim({ chainId, wallets: [second] })) ?? []
  await newer?.load()
  await newer?.append(record('refused', 6n, 0))
  await newer?.append(outcomeRecords.refused('refused'))
  // What the newer one keeps, the older one counts.
  expect(await old.pay(record('too much', 3n, 1), 3n)).toBe('short')
  expect(await old.pay(record('after', 2n, 1), 2n)).toBe('recorded')
  expect(await old.turn(outcomeRecords.mined('after'), 'paid')).toBe(true)
  const sum = async () => {
    const { rows } = await direct.query<{ spent: string }>(
      `select spent from ${schema}.og_ledger_spent_in($1, 'fleet', $2)`,
      [String(chainId), HOUR],
    )
    return Number(rows[0]?.spent)
  }
  // What the older one says of a refused payment keeps its place, as long as it has the wallet and after.
  expect(await old.turn(outcomeRecords.refused('before'), 'unpaid')).toBe(true)
  expect(await sum()).toBe(10)
  await old.release()
  const [taken] = (await leases?.claim({ chainId, wallets: [first] })) ?? []
  await taken?.load()
  expect(await sum()).toBe(10)
  await expect(newer?.append(record('another nonce', 1n, 1))).rejects.toMatchObject({
    facts: {
      held: `0.000000000000000008 OG for what a node refused and another one may mine, until another transaction has the nonce, of ${[first, second].toSorted().join(', ')}`,
    },
  })
  await taken?.append(record('again', 2n, 0))
  await newer?.append(record('again', 5n, 0))
  expect(await sum()).toBe(10)
  await Promise.all([leases?.close(), other.release()])
})
