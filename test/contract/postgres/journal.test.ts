import { toBeHex } from 'ethers'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { LeaseLostError, LockedError, type JournalRecord } from 'og-ledger'
import { migrate, postgresJournal, postgresLeases } from 'og-ledger/postgres'
import { countingPool } from '../../support/counting-pool.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const chainId = 31_337n
let postgres: TestPostgres
let pool: Pool
let count = 0
let wallet: string

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
})
afterAll(() => postgres[Symbol.asyncDispose]())
beforeEach(() => {
  count += 1
  wallet = `0x${count.toString(16).padStart(40, '0')}`
})

const note = (id: string): JournalRecord => ({ type: 'superseded', id, reason: 'a test' })
const open = (more = {}) => postgresJournal({ pool, chainId, wallet, ...more })
const rows = async () =>
  (
    await pool.query<{ seq: string; epoch: string; id: string }>(
      `select seq, epoch, record->>'id' as id from og_ledger.og_ledger_journal where wallet = decode($1, 'hex') order by seq`,
      [wallet.slice(2)],
    )
  ).rows.map(({ seq, epoch, id }) => [Number(seq), Number(epoch), id])
/** Another process takes the wallet as if the lease were over. */
const expire = () =>
  pool.query(`update og_ledger.og_ledger_wallets set expires_at = clock_timestamp() where wallet = decode($1, 'hex')`, [
    wallet.slice(2),
  ])

test('records come back as they were, in order, with amounts in wei', async () => {
  const journal = await open()
  const records: JournalRecord[] = [
    {
      type: 'prepared',
      id: '7-aa',
      intent: {
        call: { contract: 'ledger', method: 'transferFund', args: ['0x1', 'inference-v1.0', 10n ** 24n] },
        subAccount: { provider: '0x1', serviceType: 'inference' },
        touches: [],
        decidedAt: 5,
        amount: 10n ** 24n,
        fromLedger: 1n,
      },
      nonce: 7,
      gasLimit: 100_000n,
      fees: { maxFeePerGas: 3n, maxPriorityFeePerGas: 1n },
      signed: { raw: '0x02', hash: '0xaa' },
      at: 1_700_000_000_000,
    },
    { type: 'superseded', id: '7-aa', reason: 'quote " backslash \\ \\u0000 tab\t emoji 🙂' },
  ]
  expect(await journal.load()).toEqual([])
  for (const record of records) await journal.append(record)
  await journal.close()
  const next = await open()
  expect(await next.load()).toEqual(records)
  expect(next.epoch).toBe(2)
  await next.close()
})

test('text that jsonb does not take is kept but for the characters that it refuses', async () => {
  const journal = await open()
  await journal.load()
  await journal.append({ type: 'superseded', id: 'a', reason: 'nul \0 half \ud83d end' })
  await journal.close()
  const next = await open()
  expect(await next.load()).toEqual([{ type: 'superseded', id: 'a', reason: 'nul \ufffd half \ufffd end' }])
  await next.close()
})

test('a second process is told who has the wallet and until when', async () => {
  const journal = await open({ holder: 'machine-a' })
  const refusal = await open({ holder: 'machine-b' }).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(LockedError)
  expect(refusal).toMatchObject({
    facts: { holder: 'machine-a', until: expect.stringMatching(/^20\d\d-.*Z$/) as string },
  })
  await journal.close()
  const next = await open({ holder: 'machine-b' })
  expect([next.holder, next.epoch]).toEqual(['machine-b', 2])
  await next.close()
})

test('one that waits has the wallet once it is handed back', async () => {
  const journal = await open({ holder: 'first' })
  const waiting = open({ wait: true, holder: 'second' })
  await journal.close()
  const next = await waiting
  expect(next.epoch).toBe(2)
  await next.close()
})

test('a wait ends with its signal, and leaves nothing claimed', async () => {
  const journal = await open({ holder: 'first' })
  const stop = new AbortController()
  const waiting = open({ wait: true, signal: stop.signal, holder: 'second' }).catch((error: Error) => error.name)
  stop.abort()
  expect(await waiting).toBe('AbortedError')
  await journal.close()
  const next = await open()
  expect(next.epoch).toBe(2)
  await next.close()
})

test('journals of one process share a lease: the last that closes hands it back, and one that was aborted holds nothing', async () => {
  const [first, second] = await Promise.all([open(), open()])
  expect([first.epoch, second.epoch, second.place]).toEqual([1, 1, first.place])
  await first.load()
  await first.append(note('one'))
  const stop = new AbortController()
  const aborted = open({ signal: stop.signal }).catch((error: Error) => error.name)
  stop.abort()
  expect(await aborted).toBe('AbortedError')
  await first.close()
  await expect(first.append(note('late'))).rejects.toThrow('The journal is closed.')
  expect(await second.load()).toEqual([note('one')])
  await second.append(note('two'))
  const [closed, next] = await Promise.all([second.close(), open({ wait: true })])
  expect([closed, await next.load()]).toEqual([undefined, [note('one'), note('two')]])
  await next.close()
  const other = await open({ holder: 'other' })
  expect(await other.load()).toEqual([note('one'), note('two')])
  await other.close()
})

test('an append after another process has claimed the wallet is refused, and the lease is lost', async () => {
  const old = await open({ holder: 'old' })
  await old.load()
  await old.append(note('one'))
  await expire()
  const next = await open({ holder: 'new' })
  expect(await next.load()).toEqual([note('one')])
  const refusal = await old.append(note('two')).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(LeaseLostError)
  expect(refusal).toMatchObject({ facts: { wallet, epoch: '1', holder: 'new' } })
  expect([old.lost.aborted, old.lost.reason, old.refusal()]).toEqual([true, refusal, refusal])
  await next.append(note('three'))
  expect(await rows()).toEqual([
    [1, 1, 'one'],
    [2, 2, 'three'],
  ])
  await old.close()
  await next.close()
})

test('a lease that is over and was claimed by no other process goes on', async () => {
  const journal = await open()
  await journal.load()
  await expire()
  await journal.append(note('one'))
  expect([await rows(), journal.lost.aborted]).toEqual([[[1, 1, 'one']], false])
  await journal.close()
})

test('a machine claims as many wallets as it may, and no two machines claim one', async () => {
  const wallets = Array.from({ length: 30 }, (_, index) => `0x${(index + 10_000).toString(16).padStart(40, '0')}`)
  const machines = ['a', 'b', 'c', 'd'].map((holder) => postgresLeases({ pool, holder }))
  const [first, second] = machines
  if (!first || !second) throw new Error('There are machines.')
  const claimed = await Promise.all(machines.map((leases) => leases.claim({ chainId, wallets, atMost: 8 })))
  const rest = await Promise.all(machines.map((leases) => leases.claim({ chainId, wallets, atMost: 8 })))
  const all = [...claimed, ...rest].flat()
  expect([all.length, new Set(all.map((one) => one.wallet)).size]).toEqual([30, 30])
  expect(claimed.map((one) => one.length).every((length) => length <= 8)).toBe(true)
  const listed = (await first.list(chainId)).filter((one) => wallets.includes(one.wallet))
  expect(listed.filter(({ holder }) => holder === null)).toEqual([])
  await second.close()
  const taken = await first.claim({ chainId, wallets })
  expect(taken.length).toBe(all.filter(({ holder }) => holder === 'b').length)
  await Promise.all(machines.map((leases) => leases.close()))
})

test('many wallets are claimed, and their journals loaded, in a few statements; a search that finds none free takes one', async () => {
  const wallets = Array.from({ length: 150 }, (_, at) => toBeHex(0xabc000 + at, 20))
  const { counted, statements } = countingPool(pool)
  const [first, second] = ['first', 'second'].map((holder) => postgresLeases({ pool: counted, holder }))
  const journals = (await first?.claim({ chainId, wallets, atMost: 140 })) ?? []
  await Promise.all(journals.map((journal) => journal.load()))
  // The server and its tables are looked at, rows made, wallets claimed, journals loaded by the hundred.
  expect([journals.length, statements.splice(0).length]).toEqual([140, 6])
  expect(await second?.claim({ chainId, wallets })).toHaveLength(10)
  statements.length = 0
  expect(await second?.claim({ chainId, wallets })).toEqual([])
  expect(statements.splice(0)).toEqual([expect.stringMatching(/^select encode\(wallet, 'hex'\) as wallet from/)])
  await journals[0]?.close()
  expect(await second?.claim({ chainId, wallets })).toMatchObject([{ wallet: journals[0]?.wallet, epoch: 2 }])
  await Promise.all([first?.close(), second?.close()])
})

test.each(['one by one', 'by their leases'])(
  'five hundred leases that a process closes %s are handed back in one statement',
  async (how) => {
    const wallets = Array.from({ length: 500 }, (_, at) => toBeHex(0xdef000 + at, 20))
    const { counted, statements } = countingPool(pool)
    const [first, second] = ['first', 'second'].map((holder) => postgresLeases({ pool: counted, holder }))
    const journals = (await first?.claim({ chainId, wallets })) ?? []
    await Promise.all(journals.map((journal) => journal.load()))
    statements.length = 0
    if (how === 'one by one') await Promise.all(journals.map((journal) => journal.close()))
    else await first?.close()
    expect(statements).toEqual([expect.stringMatching(/^with wait .* set holder = null/)])
    const next = (await second?.claim({ chainId, wallets })) ?? []
    expect(next.length).toBe(500)
    // One of them alone is handed back without the others, and none of the old ones takes it along.
    await Promise.all([next[0]?.close(), journals[1]?.close()])
    const free = (await first?.list(chainId))?.filter((one) => wallets.includes(one.wallet) && one.holder === null)
    expect(free?.map(({ wallet }) => wallet)).toEqual([next[0]?.wallet])
    await Promise.all([first?.close(), second?.close()])
  },
)
