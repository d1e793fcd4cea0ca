import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compactRecords, openFileJournal, type JournalRecord } from 'og-ledger'
import { migrate, postgresJournal, postgresLeases } from 'og-ledger/postgres'
import { outcomeRecords, paymentRecord } from '../../support/payment-records.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const chainId = 31_337n
const HOUR = 3_600
const wallet = `0x${'5a'.repeat(20)}`

let postgres: TestPostgres
let pool: Pool
let folder: string

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-moved-'))
})
afterAll(async () => {
  await postgres[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

test('a journal that is moved from a file goes on where it stopped, and what it paid counts in the budget of all machines', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const mined = (id: string): JournalRecord => ({ ...outcomeRecords.mined(id), notBefore: now }) as JournalRecord
  const records: JournalRecord[] = [
    { type: 'paid', id: 'compacted', provider: '0x1', serviceType: 'inference', amount: 1n, at: now - 60 },
    { type: 'paid', id: 'long ago', provider: '0x1', serviceType: 'inference', amount: 9n, at: now - 2 * HOUR },
    paymentRecord('mined', 2n, now - 60, 0),
    mined('mined'),
    paymentRecord('reverted', 9n, now - 60, 1),
    outcomeRecords.reverted('reverted'),
    paymentRecord('open', 3n, now, 2),
    paymentRecord('refused', 4n, now, 3),
    outcomeRecords.refused('refused'),
  ]
  const path = join(folder, 'wallet.jsonl')
  const before = await openFileJournal({ chainId, wallet, path })
  await before.load()
  for (const record of records) await before.append(record)
  await before.close()

  const file = await openFileJournal({ chainId, wallet, path })
  const kept = compactRecords(await file.load())
  const moved = await postgresJournal({ pool, chainId, wallet })
  expect(await moved.load()).toEqual([])
  for (const record of kept) await moved.append(record)
  await Promise.all([moved.close(), file.close()])

  const terms = { chainId, name: 'fleet', amount: 11n, seconds: HOUR }
  const leases = postgresLeases({ pool }).withBudget?.(terms)
  const other = `0x${'5b'.repeat(20)}`
  const journals = (await leases?.claim({ chainId, wallets: [wallet, other] })) ?? []
  const loaded = await Promise.all(journals.map(async (one) => [one.wallet, await one.load()] as const))
  expect(new Map(loaded).get(wallet)).toEqual(records)
  const { rows } = await pool.query<{ spent: string }>(
    `select spent from og_ledger.og_ledger_spent_in($1, 'fleet', $2)`,
    [String(chainId), HOUR],
  )
  expect(rows).toEqual([{ spent: '10' }])
  const [own, foreign] = [wallet, other].map((one) => journals.find((journal) => journal.wallet === one))
  await expect(foreign?.append(paymentRecord('a', 2n, now, 3))).rejects.toThrow('does not allow it now')
  // At the nonce of the refused one.
  await own?.append(paymentRecord('again', 5n, now, 3))
  await leases?.close()
})
