import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalRecord } from '../../../src/index.ts'
import { retrieveIntent } from '../../../src/transactions/build-intent.ts'
import type { Intent } from '../../../src/transactions/intent.ts'
import { fileJournal } from '../../../src/transactions/file-journal.ts'
import { openClaims } from '../../../src/transactions/journal-fold.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-claims-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const claiming = (id: string): JournalRecord => ({
  type: 'claiming',
  id,
  serviceType: 'inference',
  accounts: [{ provider: '0xp', known: [1_700_000_000] }],
  at: 1_700_000_000_000,
})
const ended = (id: string): JournalRecord => ({ type: 'claiming-ended', id })

/** A transaction from its record to its block. */
const transaction = (nonce: number, of: Pick<Intent, 'claim' | 'closing'> = {}): JournalRecord[] => [
  {
    type: 'prepared',
    id: `${nonce}-aa`,
    intent: { ...retrieveIntent(['0xp'], 'inference', 'inference-v1.0'), ...of },
    nonce,
    gasLimit: 100_000n,
    fees: { gasPrice: 1n },
    signed: { raw: '0x02ff', hash: `0x${nonce}` },
    at: 1_700_000_000_000,
  },
  { type: 'mined', id: `${nonce}-aa`, hash: `0x${nonce}`, blockNumber: 100 + nonce, status: 1 },
]

test('compaction keeps an open claim with its transactions, however many others follow', async () => {
  const open = [claiming('open'), ...transaction(0, { claim: 'open' })]
  const over = [claiming('over'), ...transaction(1, { claim: 'over' }), ended('over')]
  const later = Array.from({ length: 300 }, (_, index) => transaction(index + 2)).flat()
  await write([...open, ...over, ...later])
  expect(await load()).toEqual([...open, ...later.slice(-400)])
  expect(openClaims(await load())).toEqual([claiming('open')])
  await write([ended('open')])
  expect(await load()).toEqual(later.slice(-400))
  expect(openClaims(await load())).toEqual([])
})

test('compaction keeps an open closing with its steps: only they tell that it is over', async () => {
  const step = transaction(0, { closing: 'closing-1' })
  const open: JournalRecord[] = [{ type: 'closing', id: 'closing-1', at: 1_700_000_000_000 }, ...step]
  const later = Array.from({ length: 300 }, (_, index) => transaction(index + 1)).flat()
  await write([...open, ...later])
  expect(await load()).toEqual([...open, ...later.slice(-400)])
  await write([{ type: 'closing-ended', id: 'closing-1', outcome: 'closed' }])
  expect(await load()).toEqual(later.slice(-400))
})

test('records of an older version are read unchanged', async () => {
  const records = [...transaction(0), ...transaction(1)]
  await write(records)
  expect(await load()).toEqual(records)
})

async function write(records: readonly JournalRecord[]): Promise<void> {
  const journal = fileJournal(join(folder, 'wallet.journal'))
  await journal.load()
  for (const record of records) await journal.append(record)
  await journal.close()
}

async function load(): Promise<readonly JournalRecord[]> {
  const journal = fileJournal(join(folder, 'wallet.journal'))
  const records = await journal.load()
  await journal.close()
  return records
}
