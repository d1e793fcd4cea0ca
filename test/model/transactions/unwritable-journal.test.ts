import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { health, memoryJournal, NotRecordedError, type Broker, type Journal } from '../../../src/index.ts'
import { fileJournal } from '../../../src/transactions/file-journal.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { failingDisk } from '../../support/failing-disk.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-full-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const refused = (work: Promise<unknown>) => work.catch((error: unknown) => error)
const journalOf = (broker: Broker) => [health(broker).status, health(broker).checks.journal]

/** A broker with a ledger that reads every 30 s. */
async function opened(journal: Journal) {
  const world = bentWorld()
  const broker = await world.open({ journal, intervalMs: 30_000 })
  broker.positions$.subscribe()
  await world.until(broker.ledger.addLedger('20'))
  await world.advance(31)
  return { world, broker }
}

test.each([
  ['is full', 'ENOSPC', ['write', 'open']],
  ['is over its quota', 'EDQUOT', ['write', 'open']],
  ['was mounted read-only', 'EROFS', ['write', 'open', 'truncate', 'rename']],
  ['does not sync', 'EIO', ['sync']],
])(
  'a disk that %s fails the health at once, and until a reading finds that it takes records again',
  async (...[, code, at]) => {
    let isBroken = false
    const disk = failingDisk((operation) => (isBroken && at.includes(operation) ? code : null))
    const { world, broker } = await opened(fileJournal(join(folder, 'wallet.journal'), { files: disk.files }))
    await using _ = world
    expect(journalOf(broker)).toEqual(['pass', { status: 'pass' }])
    isBroken = true
    expect(await refused(world.until(broker.ledger.depositFund('1')))).toBeInstanceOf(NotRecordedError)
    const full = [
      'fail',
      { status: 'fail', message: expect.stringMatching(new RegExp(`^Nothing can be sent.*${code}`)) },
    ]
    expect(journalOf(broker)).toEqual(full)
    await world.advance(120)
    expect([journalOf(broker), broker.refusal()?.name]).toEqual([full, 'JournalError'])
    isBroken = false
    await world.advance(31)
    expect([journalOf(broker), broker.refusal()]).toEqual([['pass', { status: 'pass' }], null])
    expect(await world.until(broker.ledger.depositFund('1'))).toMatchObject({ success: true })
  },
)

test('a record that could not be written after its transaction was mined fails the health, too', async () => {
  let isFull = false
  const inner = memoryJournal()
  const append: Journal['append'] = (record) =>
    isFull && record.type === 'mined' ? Promise.reject(new Error('no space left')) : inner.append(record)
  const { world, broker } = await opened({ ...inner, append })
  await using _ = world
  isFull = true
  expect(await world.until(broker.ledger.depositFund('1'))).toMatchObject({ success: true })
  expect(journalOf(broker)[0]).toBe('fail')
  isFull = false
  // This journal cannot be checked: what ends the failure is the next record.
  await world.until(broker.ledger.depositFund('1'))
  expect(journalOf(broker)).toEqual(['pass', { status: 'pass' }])
})

test('auto-funding starts and pays by itself once a full disk has room', async () => {
  let isFull = false
  const disk = failingDisk((operation) => (isFull && operation !== 'sync' ? 'ENOSPC' : null))
  const { world, broker } = await opened(fileJournal(join(folder, 'wallet.journal'), { files: disk.files }))
  await using _ = world
  isFull = true
  await refused(world.until(broker.ledger.depositFund('1')))
  broker.inference.startAutoFunding(world.provider)
  await world.advance(300)
  expect(world.position().subAccounts).toEqual([])
  isFull = false
  await world.advance(900)
  expect(world.position().subAccounts).toHaveLength(1)
})
