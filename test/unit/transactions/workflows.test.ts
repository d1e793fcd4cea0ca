import { expect, test } from 'vitest'
import { createJournalSession } from '../../../src/transactions/journal-session.ts'
import type { Claim, JournalRecord } from '../../../src/transactions/journal.types.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { createWorkflows, type Workflows } from '../../../src/transactions/workflows.ts'
import { deposit } from '../../support/scripted-port.ts'

const claim = (id: string): Claim => ({ type: 'claiming', id, serviceType: 'inference', accounts: [], at: 0 })

/** Workflows over a journal that holds these records, on a disk that can be full. */
function workflowsOn(...records: JournalRecord[]) {
  const journal = memoryJournal()
  const disk = { isFull: false }
  const append = (record: JournalRecord) =>
    disk.isFull ? Promise.reject(new Error('no space left')) : journal.append(record)
  const session = createJournalSession({ ...journal, load: () => Promise.resolve(records), append }, (loaded) =>
    workflows.restore(loaded),
  )
  const workflows: Workflows = createWorkflows(session)
  return { workflows, session, journal, disk, ids: () => workflows.claims.list().map(({ id }) => id) }
}

test('a claim is open from the record of its beginning to the record of its end, whichever process began it', async () => {
  const { workflows, session, journal, ids } = workflowsOn(claim('one'), claim('two'), {
    type: 'claiming-ended',
    id: 'one',
  })
  await session.open()
  expect(ids()).toEqual(['two'])
  await workflows.claims.begin(claim('three'))
  expect(ids()).toEqual(['two', 'three'])
  await workflows.claims.end('two')
  expect(ids()).toEqual(['three'])
  expect(journal.records).toEqual([claim('three'), { type: 'claiming-ended', id: 'two' }])
})

test('the first claim opens the journal', async () => {
  const { workflows, ids } = workflowsOn(claim('one'))
  await workflows.claims.begin(claim('two'))
  expect(ids()).toEqual(['one', 'two'])
})

test('a claim that cannot be recorded is not open, and one whose end cannot be recorded is over', async () => {
  const { workflows, disk, ids } = workflowsOn()
  await workflows.claims.begin(claim('one'))
  disk.isFull = true
  await expect(workflows.claims.begin(claim('two'))).rejects.toThrow('no space left')
  expect(ids()).toEqual(['one'])
  await expect(workflows.claims.end('one')).rejects.toThrow('no space left')
  expect(ids()).toEqual([])
})

test('an intent is an open step while the claim or the closing that it names is open', async () => {
  const { workflows } = workflowsOn()
  const isOpen = () =>
    [{}, { claim: 'one' }, { claim: 'other' }, { closing: 'closing-5' }, { closing: 'closing-6' }].map((named) =>
      workflows.isOpenStep({ ...deposit(), ...named }),
    )
  expect(isOpen()).toEqual([false, false, false, false, false])
  await workflows.claims.begin(claim('one'))
  await workflows.closing.begin(5)
  expect(isOpen()).toEqual([false, true, false, true, false])
  await workflows.claims.end('one')
  await workflows.closing.end('closed')
  expect(isOpen()).toEqual([false, false, false, false, false])
})

test('the end of a closing that could not be written is written before the next claim', async () => {
  const { workflows, journal, disk } = workflowsOn({ type: 'closing', id: 'closing-5', at: 5 })
  await workflows.claims.begin(claim('one'))
  disk.isFull = true
  await expect(workflows.closing.end('closed')).rejects.toThrow('no space left')
  disk.isFull = false
  await workflows.claims.end('one')
  expect(journal.records.map(({ type }) => type)).toEqual(['claiming', 'closing-ended', 'claiming-ended'])
})
