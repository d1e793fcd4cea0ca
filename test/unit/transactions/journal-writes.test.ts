import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { watchJournalWrites } from '../../../src/transactions/journal-writes.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const record: JournalRecord = { type: 'unmined', id: 'a' }

test('a record that is not written for ten seconds is said until it is, and is not given up', async () => {
  const { journal, passed, answer } = hanging('append')
  const written = journal.append(record)
  expect(journal.failure()).toBeNull()
  await passed(9_999)
  expect(journal.failure()).toBeNull()
  await passed(1)
  expect(journal.failure()).toMatchObject({
    name: 'JournalError',
    shortMessage: 'The journal has not written a record for 10 seconds.',
  })
  answer()
  await written
  expect(journal.failure()).toBeNull()
})

test('a journal that does not close is left after thirty seconds, with an error', async () => {
  const { journal, passed } = hanging('close')
  const closed = journal.close().catch((error: unknown) => error)
  await passed(30_000)
  expect(await closed).toMatchObject({
    name: 'JournalError',
    shortMessage: 'The journal has not closed for 30 seconds.',
  })
})

/** A journal that does not answer one of its calls until it is told to. */
function hanging(call: 'append' | 'close') {
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const time = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const journal = watchJournalWrites({ ...memoryJournal(), [call]: () => answered }, time.clock)
  return { journal, answer: () => answer(), passed: (ms: number) => time.passTo(time.clock.now() + ms) }
}
