import { expect, test } from 'vitest'
import { LockedError } from '../../../src/base/sending-errors.ts'
import { createAsks } from '../../../src/transactions/asks.ts'
import { compactRecords } from '../../../src/transactions/journal-compaction.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'

const one = { provider: '0xA', serviceType: 'inference' } as const
const other = { provider: '0xB', serviceType: 'fine-tuning' } as const
const asked = (at: number, id: typeof one | typeof other = one): JournalRecord => ({
  type: 'asked',
  id: `asked-${at}`,
  ...id,
  at,
})

function asksOn(failure: { error: Error | null } = { error: null }) {
  const records: JournalRecord[] = []
  const warnings: unknown[] = []
  const append = (record: JournalRecord) =>
    failure.error ? Promise.reject(failure.error) : Promise.resolve(void records.push(record))
  const logger = { warn: (...words: unknown[]) => void warnings.push(words.at(-1)) }
  const quiet = () => undefined
  const session = { ready: () => Promise.resolve(), append }
  const asks = createAsks(session, { ...logger, debug: quiet, info: quiet, error: quiet })
  return { asks, records, warnings }
}

test('a call is recorded at most every ten minutes for each sub-account, and each counts at once', async () => {
  const { asks, records } = asksOn()
  expect(asks.lastAt(one)).toBeNull()
  for (const at of [1_000, 1_200, 1_599, 1_600]) await asks.note(one, at)
  await asks.note(other, 1_300)
  expect([asks.lastAt(one), asks.lastAt(other)]).toEqual([1_600, 1_300])
  expect(records).toEqual([asked(1_000), asked(1_600), asked(1_300, other)])
})

test('after a restart a call counts as ten minutes later: one that was not recorded may have followed', async () => {
  const { asks, records } = asksOn()
  asks.restore([asked(1_000), asked(900), asked(700, other)])
  expect([asks.lastAt(one), asks.lastAt(other)]).toEqual([1_600, 1_300])
  await asks.note(one, 1_500)
  expect([asks.lastAt(one), records]).toEqual([1_600, []])
  await asks.note(one, 1_700)
  expect([asks.lastAt(one), records]).toEqual([1_700, [asked(1_700)]])
})

test('a call that cannot be recorded counts in this process, is warned of, and the next one is recorded', async () => {
  const failure: { error: Error | null } = { error: new Error('no space left') }
  const { asks, records, warnings } = asksOn(failure)
  await asks.note(one, 1_000)
  expect([asks.lastAt(one), records, warnings]).toEqual([1_000, [], ['a restart will not know that it was asked for']])
  // Another process has the journal: that is no trouble of this one.
  failure.error = new LockedError('held.journal')
  await asks.note(one, 1_001)
  failure.error = null
  await asks.note(one, 1_002)
  expect([records, warnings.length]).toEqual([[asked(1_002)], 1])
})

test('a compacted journal keeps the newest call for each sub-account, for 31 days', () => {
  const day = 86_400
  const records = [asked(10), asked(20), asked(15, other), asked(18, other)]
  expect(compactRecords(records)).toEqual([asked(20), asked(18, other)])
  expect(compactRecords([...records, asked(32 * day)])).toEqual([asked(32 * day)])
})
