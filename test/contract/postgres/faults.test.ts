import { writeFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { JournalRecord, LeasedJournal } from 'og-ledger'
import { migrate, postgresJournal } from 'og-ledger/postgres'
import { openLeases } from '../../../src/postgres/postgres-leases.ts'
import { startProxiedPostgres, type ProxiedPostgres } from '../../support/proxied-postgres.ts'
import { until } from '../../support/until.ts'

const chainId = 31_337n
let postgres: ProxiedPostgres
let count = 0
let wallet: string

beforeAll(async () => {
  postgres = await startProxiedPostgres()
})
afterAll(async () => {
  await postgres[Symbol.asyncDispose]()
})
beforeEach(() => {
  postgres.proxy.set('pass')
  count += 1
  wallet = `0x${count.toString(16).padStart(40, '0')}`
})

const note = (id: string): JournalRecord => ({ type: 'superseded', id, reason: 'a test' })
const open = async (more = {}): Promise<LeasedJournal> => {
  const journal = await postgresJournal({ pool: postgres.proxied, chainId, wallet, ...more })
  await journal.load()
  return journal
}
const ids = async (): Promise<string[]> => {
  const { rows } = await postgres.direct.query<{ id: string; seq: string }>(
    `select record->>'id' as id, seq from og_ledger.og_ledger_journal where wallet = decode($1, 'hex') order by seq`,
    [wallet.slice(2)],
  )
  expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, index) => Number(rows[0]?.seq) + index))
  return rows.map(({ id }) => id)
}
const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => new Error('It did not fail.'),
    (error: Error) => error,
  )

test.each(['cut-requests', 'cut-answers', 'swallow-answers'] as const)(
  'an append whose connection fails (%s) stands once, and is waited for',
  async (fault) => {
    const journal = await open({ timeoutMs: 300 })
    await journal.append(note('before'))
    postgres.proxy.set(fault)
    const appended = journal.append(note('in doubt'))
    await postgres.proxy.met()
    await until(() => journal.refusal() !== null)
    expect(journal.refusal()?.message).toMatch(/^The database of the journal does not answer\./)
    // Others are refused meanwhile: one record in doubt is enough.
    postgres.proxy.set('pass')
    await appended
    await journal.append(note('after'))
    expect([await ids(), journal.refusal(), journal.lost.aborted]).toEqual([
      ['before', 'in doubt', 'after'],
      null,
      false,
    ])
    await journal.close()
  },
)

test('while the database is lost, an append is refused at once, and nothing of it stands later', async () => {
  const journal = await open({ timeoutMs: 300 })
  postgres.proxy.set('cut-requests')
  const inDoubt = journal.append(note('first'))
  await until(() => journal.refusal() !== null)
  const refused = failure(journal.append(note('second')))
  postgres.proxy.set('pass')
  await inDoubt
  // In turn: by then the database answers again.
  await refused
  await journal.append(note('third'))
  expect((await ids()).filter((id) => id !== 'second')).toEqual(['first', 'third'])
  await journal.close()
})

test('a broker that closes with a record in doubt says so, and does not take it for unsent', async () => {
  const journal = await open({ timeoutMs: 300, leaseMs: 1_000 })
  postgres.proxy.set('swallow-answers')
  const appended = failure(journal.append(note('in doubt')))
  await postgres.proxy.met()
  await until(() => journal.refusal() !== null)
  await journal.close()
  expect(await appended).toMatchObject({
    name: 'AbortedError',
    message: expect.stringMatching(/^The database did not say whether the intent is recorded\./) as string,
  })
  postgres.proxy.set('pass')
  const next = await open({ wait: true })
  expect([next.epoch, await ids()]).toEqual([2, ['in doubt']])
  await next.close()
})

test('Postgres is killed in the middle of appends and started again: what was said to stand does, once', async () => {
  const journal = await open({ pool: postgres.direct })
  const stood: string[] = []
  const work = (async () => {
    for (let index = 0; index < 400; index += 1) {
      const id = String(index)
      await journal.append(note(id)).then(
        () => stood.push(id),
        () => until(() => journal.refusal() === null),
      )
    }
  })()
  await until(() => stood.length > 40)
  await postgres.crash()
  await until(() => journal.refusal() !== null)
  await postgres.start()
  await work
  expect(stood.length).toBeGreaterThan(300)
  expect(await ids()).toEqual(stood)
  await journal.close()
})

test('a compaction keeps what counts, and one whose answer is lost is found out by the next append', async () => {
  const leases = openLeases({ pool: postgres.proxied, timeoutMs: 300 }, 10)
  const [journal] = await leases.claim({ chainId, wallets: [wallet] })
  if (!journal) throw new Error('The wallet is free.')
  await journal.load()
  for (let index = 0; index < 25; index += 1) await journal.append({ type: 'closing', id: String(index), at: index })
  // Only the last closing is open.
  expect((await ids()).length).toBeLessThan(12)
  await journal.close()
  const next = await open()
  expect((await next.load()).at(-1)).toEqual({ type: 'closing', id: '24', at: 24 })
  await next.close()
  await leases.close()
})

test('a lease that another process has taken is lost at the next heartbeat, without an append', async () => {
  const journal = await open({ leaseMs: 1_000, holder: 'old' })
  await postgres.direct.query(
    `update og_ledger.og_ledger_wallets set holder = 'new', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour'
      where wallet = decode($1, 'hex')`,
    [wallet.slice(2)],
  )
  await until(() => journal.lost.aborted)
  expect(journal.lost.reason).toMatchObject({ name: 'LeaseLostError', facts: { wallet, epoch: '1', holder: 'new' } })
  await journal.close()
})

test('a journal that was taken back to an older state ends the lease instead of going on', async () => {
  const journal = await open()
  await journal.append(note('one'))
  await journal.append(note('two'))
  // As a failover to a standby that had not got the last record.
  await postgres.direct.query(`delete from og_ledger.og_ledger_journal where wallet = decode($1, 'hex') and seq = 2`, [
    wallet.slice(2),
  ])
  const refusal = await failure(journal.append(note('three')))
  expect(refusal).toMatchObject({
    name: 'JournalError',
    facts: { expected: 'the last record at 2', found: 'at 1' },
  })
  expect([journal.lost.aborted, journal.lost.reason, await ids()]).toEqual([true, refusal, ['one']])
})

test('a missing record in the middle is damage, and no journal', async () => {
  const journal = await open()
  for (const id of ['one', 'two', 'three']) await journal.append(note(id))
  await journal.close()
  await postgres.direct.query(`delete from og_ledger.og_ledger_journal where wallet = decode($1, 'hex') and seq = 2`, [
    wallet.slice(2),
  ])
  expect(await failure(open())).toMatchObject({ name: 'JournalError', facts: { wallet, seq: '2' } })
})

test('a record of a newer version is not left out', async () => {
  const journal = await open()
  await journal.append(note('one'))
  await journal.close()
  await postgres.direct.query(`update og_ledger.og_ledger_journal set record = '{"type":"tomorrow","id":"x"}'`)
  expect(await failure(open())).toMatchObject({ name: 'JournalError', facts: { type: 'tomorrow' } })
  await postgres.direct.query('delete from og_ledger.og_ledger_journal')
})

test('many migrations at once, also beside a journal that is open, leave one set of tables', async () => {
  const journal = await open()
  const made = await Promise.all(Array.from({ length: 4 }, () => migrate({ pool: postgres.direct, schema: 'again' })))
  expect(made.filter(({ changed }) => changed)).toEqual([{ version: 4, changed: true }])
  expect(await migrate({ pool: postgres.direct })).toEqual({ version: 4, changed: false })
  await journal.append(note('one'))
  await journal.close()
  const { rows } = await postgres.direct.query(`select version from again.og_ledger_migrations order by version`)
  expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }, { version: 4 }])
})

test('what keeps a database from being used is said in a sentence, without its password', async () => {
  const wrong = postgres.pool({ connectionString: postgres.url.replace('not-to-be-shown', 'secret-of-mine') })
  const closed = postgres.pool({ connectionString: postgres.url.replace(`:${postgres.port}/`, ':1/') })
  await postgres.direct.query(`create role poor login password 'not-to-be-shown'`)
  const poor = postgres.pool({ connectionString: postgres.url.replace('//og:', '//poor:') })
  await postgres.direct.query(`create role crowded login password 'not-to-be-shown' connection limit 0`)
  const crowded = postgres.pool({ connectionString: postgres.url.replace('//og:', '//crowded:') })
  const nameless = postgres.pool({ connectionString: `${postgres.url}x` })
  const lazy = postgres.pool({ options: '-c synchronous_commit=off' })
  const refusals = await Promise.all([
    failure(postgresJournal({ pool: postgres.direct, chainId, wallet, schema: 'nothing_here' })),
    failure(postgresJournal({ pool: wrong, chainId, wallet })),
    failure(postgresJournal({ pool: closed, chainId, wallet })),
    failure(postgresJournal({ pool: poor, chainId, wallet })),
    failure(postgresJournal({ pool: lazy, chainId, wallet })),
    failure(postgresJournal({ pool: crowded, chainId, wallet })),
    failure(postgresJournal({ pool: nameless, chainId, wallet })),
    failure(migrate({ pool: poor, schema: 'mine' })),
    failure(postgresJournal({ pool: postgres.direct, chainId, wallet: '0x1' })),
    failure(postgresJournal({ pool: postgres.direct, chainId, wallet, schema: 'a"; drop' })),
    failure(postgresJournal({ pool: postgres.direct, chainId, wallet, leaseMS: 5 } as never)),
  ])
  expect(refusals.map(({ name, message }) => `${name}: ${message.split('\n')[0]}`)).toEqual([
    'JournalError: The schema nothing_here has no tables of og-ledger.',
    'JournalError: The database refuses the password of the role.',
    'JournalError: The database of the journal does not answer.',
    'JournalError: The database role may not use the tables of og-ledger in the schema og_ledger.',
    'JournalError: The database commits before its disk has the record (synchronous_commit = off).',
    'JournalError: The database has no connection left for the journal.',
    'JournalError: The server has no database of this name.',
    'JournalError: The database role may not use the tables of og-ledger in the schema mine.',
    'InvalidInputError: This is not an address.',
    'InvalidInputError: schema is a name of small letters, digits and underscores.',
    'InvalidInputError: postgresJournal has no option leaseMS.',
  ])
  const text = refusals.map((one) => `${one.stack} ${JSON.stringify(one)} ${String(one.cause)}`).join('\n')
  expect(text).not.toMatch(/secret-of-mine|not-to-be-shown/)
})

test('a commit that stops to wait for the disk refuses the next record, and takes it once it waits again', async () => {
  const journal = await open({ pool: postgres.direct })
  await postgres.direct.query('alter system set synchronous_commit = off')
  await postgres.direct.query('select pg_reload_conf()')
  await until(async () => (await postgres.direct.query(`show synchronous_commit`)).rows[0].synchronous_commit === 'off')
  const refusal = await failure(journal.append(note('one')))
  await postgres.direct.query('alter system reset synchronous_commit')
  await postgres.direct.query('select pg_reload_conf()')
  expect(refusal.message).toMatch(/^The database commits before its disk has the record/)
  await until(() =>
    journal.append(note('two')).then(
      () => true,
      () => false,
    ),
  )
  expect(await ids()).toEqual(['two'])
  await journal.close()
})

test('the journal of a chain with another first block is refused', async () => {
  const genesis = (digit: string) => `0x${digit.repeat(64)}`
  const journal = await open({ genesis: genesis('a') })
  await journal.close()
  expect(await failure(open({ genesis: genesis('b') }))).toMatchObject({
    name: 'JournalError',
    facts: { found: genesis('a') },
  })
  const next = await open()
  expect(next.epoch).toBe(2)
  await next.close()
})

test('a standby takes no leases', async () => {
  await postgres.stop()
  await writeFile(join(postgres.folder, 'standby.signal'), '')
  await postgres.start()
  expect(await failure(open({ pool: postgres.direct }))).toMatchObject({
    name: 'JournalError',
    message: expect.stringMatching(/^The database is a standby: it takes no records\./) as string,
  })
  await postgres.stop()
  await rm(join(postgres.folder, 'standby.signal'))
  await postgres.start()
  const journal = await open({ pool: postgres.direct })
  await journal.close()
})

test('leases are handed back although the pool of a process was taken a moment ago', async () => {
  const pool = postgres.pool({ max: 1 })
  const leases = openLeases({ pool, leaseMs: 3_000 })
  const wallets = Array.from({ length: 40 }, (_, at) => `0x${(0x5000 + at).toString(16).padStart(40, '0')}`)
  const journals = await leases.claim({ chainId: 6n, wallets })
  await Promise.all(journals.map((journal) => journal.load()))
  const busy = pool.query('select pg_sleep(1.5)')
  expect((await failure(journals[0]?.append(note('a')) ?? Promise.resolve())).message).toContain('no connection within')
  expect(journals[1]?.refusal()?.message).toContain('The database of the journal does not answer.')
  await leases.close()
  await busy
  const { rows } = await postgres.direct.query(
    'select from og_ledger.og_ledger_wallets where chain_id = 6 and holder is not null',
  )
  expect([journals.length, rows.length]).toEqual([40, 0])
})
