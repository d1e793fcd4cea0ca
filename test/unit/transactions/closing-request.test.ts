import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readFileClosing, type JournalRecord } from '../../../src/index.ts'
import { fileJournal, readRecords } from '../../../src/transactions/file-journal.ts'
import { createClosingRequest } from '../../../src/transactions/closing-request.ts'
import { foldRecords } from '../../../src/transactions/journal-fold.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-intention-'))
  path = join(folder, 'wallet.journal')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const wanted = (at: number): JournalRecord => ({ type: 'closing', id: `closing-${at}`, at })
const over = (at: number): JournalRecord => ({ type: 'closing-ended', id: `closing-${at}`, outcome: 'cancelled' })
const read = () => readFileClosing({ chainId: 1n, wallet: '0x', path })

test('that a ledger is to be closed is read from the file until it is over, and every other process sees it', async () => {
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

test('nothing is wanted of a chain because of another that had the same id', async () => {
  const journal = fileJournal(path, { genesis: '0xaa' })
  await journal.load()
  await journal.append(wanted(1))
  const of = (genesis?: string) => readFileClosing({ chainId: 1n, wallet: '0x', path, genesis })
  const closing = { id: 'closing-1', since: 1 }
  expect([await of('0xaa'), await of(), await of('0xbb')]).toEqual([closing, closing, null])
  await journal.close()
})

test('a file that is written anew keeps what is still wanted, and forgets what is over', async () => {
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

test('asked for twice at once it is one, whatever the disk takes', async () => {
  const inner = memoryJournal()
  const append = (record: JournalRecord) => new Promise(setImmediate).then(() => inner.append(record))
  const intention = createClosingRequest({ append }, () => Promise.resolve())
  await Promise.all([intention.begin(1), intention.begin(2)])
  expect(inner.records).toEqual([wanted(1)])
  expect(intention.current()).toEqual({ id: 'closing-1', since: 1 })
})

test('it holds once it is on disk, and what the chain shows is over even where that cannot be written', async () => {
  const inner = memoryJournal()
  let broken = true
  const append = (record: JournalRecord) => (broken ? Promise.reject(new Error('full')) : inner.append(record))
  const intention = createClosingRequest({ append }, () => Promise.resolve())
  await expect(intention.begin(1)).rejects.toThrow('full')
  expect(intention.current()).toBeNull()
  broken = false
  await intention.begin(1)
  broken = true
  await expect(intention.end('cancelled')).rejects.toThrow('full')
  expect(intention.current()).toEqual({ id: 'closing-1', since: 1 })
  await expect(intention.end('closed')).rejects.toThrow('full')
  expect(intention.current()).toBeNull()
  intention.restore(inner.records)
  expect(intention.current()).toEqual({ id: 'closing-1', since: 1 })
})

test('an end that could not be written is written before anything else is, and once', async () => {
  const inner = memoryJournal()
  let broken = false
  const append = (record: JournalRecord) => (broken ? Promise.reject(new Error('full')) : inner.append(record))
  const intention = createClosingRequest({ append }, () => Promise.resolve())
  await intention.begin(1)
  broken = true
  await expect(intention.end('stuck')).rejects.toThrow('full')
  await expect(intention.settle()).rejects.toThrow('full')
  await expect(intention.begin(2)).rejects.toThrow('full')
  expect(intention.current()).toBeNull()
  broken = false
  await Promise.all([intention.settle(), intention.begin(2)])
  expect(inner.records).toEqual([wanted(1), { type: 'closing-ended', id: 'closing-1', outcome: 'stuck' }, wanted(2)])
  expect(intention.current()).toEqual({ id: 'closing-2', since: 2 })
})
