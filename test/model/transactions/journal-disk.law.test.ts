import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalRecord } from '../../../src/index.ts'
import { silent } from '../../../src/base/logger.ts'
import { fileJournal } from '../../../src/transactions/file-journal.ts'
import { decodeJournal } from '../../../src/transactions/journal-text.ts'
import { failingDisk } from '../../support/failing-disk.ts'
import { deposit } from '../../support/scripted-port.ts'

let folder: string
let journals = 0
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-disk-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const prepared = (nonce: number): JournalRecord => ({
  type: 'prepared',
  id: `${nonce}-aa`,
  intent: deposit(),
  nonce,
  gasLimit: 21_000n,
  fees: { gasPrice: 7n },
  signed: null,
  at: 0,
})

/** Mostly a disk that works: what an operation fails with, in the order of the operations. */
const failures = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom('EIO', 'ENOSPC') }),
  { minLength: 40, maxLength: 120 },
)
const APPENDS = 12

test('whatever a disk fails at, a crash leaves every record whose append resolved, and none that a later one followed', () =>
  fc.assert(
    fc.asyncProperty(failures, fc.integer({ min: 2, max: 6 }), async (codes, compactAfter) => {
      // A run that fails leaves its journal locked.
      const path = join(folder, `${(journals += 1)}.journal`)
      const left = [...codes]
      const disk = failingDisk(() => left.shift() ?? null)
      const journal = fileJournal(path, { files: disk.files, compactAfter })
      while (!(await isDone(journal.load()))) expect(left.length).toBeLessThan(codes.length)
      const kept: number[] = []
      const refused: number[] = []
      for (let nonce = 0; nonce < APPENDS; nonce += 1) {
        const isKept = await isDone(journal.append(prepared(nonce)))
        // After a failure the broker asks at each reading whether the journal takes records again.
        if (!isKept && nonce % 2 === 0) await isDone(journal.check?.() ?? Promise.resolve())
        if (isKept) kept.push(nonce)
        else refused.push(nonce)
        const since = refused.filter((one) => one > (kept.at(-1) ?? -1))
        for (const text of disk.afterCrash(path)) {
          const found = noncesIn(text ?? '')
          expect(found.slice(0, kept.length)).toEqual(kept)
          expect(since).toEqual(expect.arrayContaining(found.slice(kept.length)))
        }
      }
      // A disk that works again takes everything.
      left.length = 0
      await journal.append(prepared(APPENDS))
      expect(disk.afterCrash(path).map((text) => noncesIn(text ?? '').at(-1))).toContain(APPENDS)
      await journal.close()
    }),
    { numRuns: 60 },
  ))

async function isDone(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}

function noncesIn(text: string): number[] {
  const records = decodeJournal(text, { genesis: undefined, journal: 'j', logger: silent }) ?? []
  return records.flatMap((record) => (record.type === 'prepared' ? [record.nonce] : []))
}
