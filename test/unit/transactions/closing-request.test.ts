import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readFileClosing, type Journal, type JournalRecord } from '../../../src/index.ts'
import { fileJournal, readRecords } from '../../../src/transactions/file-journal.ts'
import { createClosingRequest } from '../../../src/transactions/closing-request.ts'
import { createJournalSession } from '../../../src/transactions/journal-session.ts'
import { foldRecords } from '../../../src/transactions/journal-fold.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-closing-'))
  path = join(folder, 'wallet.journal')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const wanted = (at: number): JournalRecord => ({ type: 'closing', id: `closing-${at}`, at })
const over = (at: number): JournalRecord => ({ type: 'closing-ended', id: `closing-${at}`, outcome: 'cancelled' })
const read = () => readFileClosing({ chainId: 1n, wallet: '0x', path })

test('every process reads from the file that the ledger is to be closed, until that is over', async () => {
  expect(await read()).toBeNull()
  const journal = fileJournal(path)
  await journal.load()
  await journal.append(wanted(1))
  expect(await read()).toEqual({ id: 'closing-1', since: 1 })
  await journal.append(over(1))
  expect(await read()).toBeNull()
  await journal.append(wanted(2))
  expect(await read()).toEqual({ id: 'closing-2', since: 2 })
  await journal.close()
})

test('a request on one chain says nothing about another chain with the same id', async () => {
  const journal = fileJournal(path, { genesis: '0xaa' })
  await journal.load()
  await journal.append(wanted(1))
  const of = (genesis?: string) => readFileClosing({ chainId: 1n, wallet: '0x', path, genesis })
  const closing = { id: 'closing-1', since: 1 }
  expect([await of('0xaa'), await of(), await of('0xbb')]).toEqual([closing, closing, null])
  await journal.close()
})

test('compaction keeps an open request and drops one that is over', async () => {
  const journal = fileJournal(path, { compactAfter: 4 })
  await journal.load()
  for (const record of [wanted(1), over(1), wanted(2), { type: 'superseded', id: 'x', reason: '' } as const])
    await journal.append(record)
  expect(await readRecords(path)).toEqual([wanted(2), { type: 'superseded', id: 'x', reason: '' }])
  expect(foldRecords(await readRecords(path))).toEqual([])
  await journal.append(over(2))
  await journal.close()
  const next = fileJournal(path)
  expect(await next.load()).toEqual([{ type: 'superseded', id: 'x', reason: '' }])
  await next.close()
})

const sessionOn = (append: Journal['append']) => createJournalSession({ ...memoryJournal(), append }, () => undefined)

test('two requests at once are one, however long the disk takes', async () => {
  const inner = memoryJournal()
  const append = (record: JournalRecord) => new Promise(setImmediate).then(() => inner.append(record))
  const request = createClosingRequest(sessionOn(append))
  await Promise.all([request.begin(1), request.begin(2)])
  expect(inner.records).toEqual([wanted(1)])
  expect(request.current()).toEqual({ id: 'closing-1', since: 1 })
})

test('a request holds once it is on disk; an end that the chain shows holds also where it cannot be written', async () => {
  const inner = memoryJournal()
  let isFull = true
  const append = (record: JournalRecord) => (isFull ? Promise.reject(new Error('full')) : inner.append(record))
  const request = createClosingRequest(sessionOn(append))
  await expect(request.begin(1)).rejects.toThrow('full')
  expect(request.current()).toBeNull()
  isFull = false
  await request.begin(1)
  isFull = true
  await expect(request.end('cancelled')).rejects.toThrow('full')
  expect(request.current()).toEqual({ id: 'closing-1', since: 1 })
  await expect(request.end('closed')).rejects.toThrow('full')
  expect(request.current()).toBeNull()
  request.restore(inner.records)
  expect(request.current()).toEqual({ id: 'closing-1', since: 1 })
})

test('an end that could not be written is written before the next request, and once', async () => {
  const inner = memoryJournal()
  let isFull = false
  const append = (record: JournalRecord) => (isFull ? Promise.reject(new Error('full')) : inner.append(record))
  const session = sessionOn(append)
  const request = createClosingRequest(session)
  await request.begin(1)
  isFull = true
  await expect(request.end('stuck')).rejects.toThrow('full')
  await expect(request.begin(2)).rejects.toThrow('full')
  expect(request.current()).toBeNull()
  isFull = false
  await Promise.all([session.settle(), request.begin(2)])
  expect(inner.records).toEqual([wanted(1), { type: 'closing-ended', id: 'closing-1', outcome: 'stuck' }, wanted(2)])
  expect(request.current()).toEqual({ id: 'closing-2', since: 2 })
})
