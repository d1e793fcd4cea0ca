import { expect, test, vi } from 'vitest'
import { AbortedError, JournalError } from '../../../src/base/errors.ts'
import { LeaseLostError, NotRecordedError } from '../../../src/base/not-sent-errors.ts'
import { createJournalSession } from '../../../src/transactions/journal-session.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { heldJournal } from '../../support/dying-journal.ts'

const ended = (id: string): JournalRecord => ({ type: 'claiming-ended', id })

/** A session on a journal whose disk can be full. */
function sessionOnDisk() {
  const journal = memoryJournal()
  const disk = { isFull: false }
  const append = (record: JournalRecord) =>
    disk.isFull ? Promise.reject(new Error('no space left')) : journal.append(record)
  const restore = vi.fn<(records: readonly JournalRecord[]) => void>()
  return { session: createJournalSession({ ...journal, append }, restore), journal, disk, restore }
}

test('a journal is loaded and restored once, however often it is opened', async () => {
  const { session, journal, restore } = sessionOnDisk()
  await journal.append(ended('one'))
  await Promise.all([session.open(), session.open(), session.ready()])
  await session.open()
  expect(restore.mock.calls).toEqual([[[ended('one')]]])
  expect(session.refusal()).toBeNull()
})

test('a journal that another process has is the refusal until a later call gets it', async () => {
  const journal = heldJournal(memoryJournal())
  const restore = vi.fn()
  const session = createJournalSession(journal, restore)
  await expect(session.open()).rejects.toThrow('Another process has the journal.')
  await expect(session.ready()).rejects.toThrow('Another process has the journal.')
  expect([session.refusal()?.name, restore.mock.calls.length]).toEqual(['LockedError', 0])
  journal.letGo()
  await session.ready()
  expect([session.refusal(), restore.mock.calls.length]).toEqual([null, 1])
})

test('a refusal is over by the time the records are restored', async () => {
  const journal = heldJournal(memoryJournal())
  const refusals: unknown[] = []
  const session = createJournalSession(journal, () => refusals.push(session.refusal()))
  await expect(session.open()).rejects.toThrow('Another process has the journal.')
  journal.letGo()
  await session.open()
  expect(refusals).toEqual([null])
})

test('a record that does not reach the disk is a transaction that was not sent', async () => {
  const { session, disk } = sessionOnDisk()
  disk.isFull = true
  const refusal = await session.record(ended('one')).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(NotRecordedError)
  expect(refusal).toMatchObject({ facts: { reason: 'no space left' }, cause: new Error('no space left') })
  await expect(session.append(ended('one'))).rejects.toEqual(new Error('no space left'))
})

test('a journal that cannot take records for now refuses before anything is asked of the signer', async () => {
  const store: { outage: Error | null } = { outage: null }
  const session = createJournalSession({ ...memoryJournal(), refusal: () => store.outage }, () => undefined)
  await session.open()
  session.throwIfRefused()
  store.outage = new JournalError('The database does not answer.')
  expect(session.refusal()).toBe(store.outage)
  expect(() => session.throwIfRefused()).toThrow(new NotRecordedError(store.outage))
  store.outage = new LeaseLostError({ wallet: '0x1', epoch: '2' })
  expect(() => session.throwIfRefused()).toThrow(store.outage)
  store.outage = null
  expect(session.refusal()).toBeNull()
})

test('an outage that passes keeps no work from beginning, once the journal is loaded', async () => {
  const outage = new JournalError('The database does not answer.', {}, { retryable: true })
  const store: { outage: Error | null } = { outage }
  const load = () => (store.outage ? Promise.reject(store.outage) : Promise.resolve([]))
  const session = createJournalSession({ ...memoryJournal(), load, refusal: () => store.outage }, () => undefined)
  await expect(session.open()).rejects.toBe(outage)
  expect(session.lastingRefusal()).toBe(outage)
  store.outage = null
  await session.open()
  store.outage = outage
  expect([session.refusal(), session.lastingRefusal()]).toEqual([outage, null])
  store.outage = new LeaseLostError({ wallet: '0x1', epoch: '2' })
  expect(session.lastingRefusal()).toBe(store.outage)
})

test('a lost lease is the error of the record that it refuses', async () => {
  const lost = new LeaseLostError({ wallet: '0x1', epoch: '2' })
  const session = createJournalSession({ ...memoryJournal(), append: () => Promise.reject(lost) }, () => undefined)
  await expect(session.record(ended('one'))).rejects.toBe(lost)
})

test('an owed record is written before the next one that precedes a transaction, and once', async () => {
  const { session, journal, disk } = sessionOnDisk()
  disk.isFull = true
  await expect(session.owe(ended('owed'))).rejects.toThrow('no space left')
  await expect(session.record(ended('next'))).rejects.toThrow('no space left')
  disk.isFull = false
  await Promise.all([session.record(ended('first')), session.record(ended('second'))])
  await session.settle()
  expect(journal.records).toEqual([ended('owed'), ended('first'), ended('second')])
})

test('an owed record does not hold up what the chain shows', async () => {
  const { session, journal, disk } = sessionOnDisk()
  disk.isFull = true
  await expect(session.owe(ended('owed'))).rejects.toThrow('no space left')
  disk.isFull = false
  await session.append(ended('shown'))
  expect(journal.records).toEqual([ended('shown')])
})

test('after the end the journal is neither opened nor written', async () => {
  const { session, journal } = sessionOnDisk()
  const load = vi.spyOn(journal, 'load')
  await session.close()
  expect(session.isClosed()).toBe(true)
  expect(() => session.throwIfClosed()).toThrow(AbortedError)
  await expect(session.open()).rejects.toThrow(AbortedError)
  await expect(session.ready()).rejects.toThrow('The broker is closed; nothing was sent.')
  expect(load).not.toHaveBeenCalled()
})
