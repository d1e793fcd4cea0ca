import { spawn } from 'node:child_process'
import { once } from 'node:events'
import * as nodeFiles from 'node:fs/promises'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalRecord, Logger } from '../../../src/index.ts'
import { fileJournal, readRecords } from '../../../src/transactions/file-journal.ts'
import { foldRecords } from '../../../src/transactions/journal-fold.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-journal-'))
  path = join(folder, 'deep', 'wallet.journal')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const prepared = (nonce: number): JournalRecord => ({
  type: 'prepared',
  id: `${nonce}-aa`,
  intent: {
    call: { contract: 'ledger', method: 'transferFund', args: ['0xp', 'inference-v1.0', 15n * 10n ** 17n] },
    subAccount: { provider: '0xp', serviceType: 'inference' },
    touches: [{ provider: '0xp', serviceType: 'inference' }],
    decidedAt: nonce,
    amount: 15n * 10n ** 17n,
    fromLedger: 15n * 10n ** 17n,
  },
  nonce,
  gasLimit: 100_000n,
  fees: { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n },
  signed: { raw: '0x02ff', hash: `0x${nonce}` },
  at: 1_700_000_000_000,
})
const mined = (nonce: number): JournalRecord => ({
  type: 'mined',
  id: `${nonce}-aa`,
  hash: `0x${nonce}`,
  blockNumber: 100 + nonce,
  status: 1,
})

async function write(records: readonly JournalRecord[]): Promise<void> {
  const journal = fileJournal(path)
  await journal.load()
  for (const record of records) await journal.append(record)
  await journal.close()
}

async function load(): Promise<readonly JournalRecord[]> {
  const journal = fileJournal(path)
  try {
    return await journal.load()
  } finally {
    await journal.close()
  }
}

test('appended records are whole in the file after the process', async () => {
  const records = [prepared(1), mined(1), prepared(2)]
  await write(records)
  expect(await load()).toEqual(records)
  expect(await readRecords(path)).toEqual(records)
  expect((await nodeFiles.stat(path)).mode & 0o777).toBe(0o600)
})

test('a file cut or overwritten at any byte of its last record loses that record alone', async () => {
  await write([prepared(1), mined(1)])
  const kept = (await readFile(path)).length
  await write([prepared(2)])
  const whole = await readFile(path)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: kept, max: whole.length - 2 }), fc.boolean(), async (cut, zeros) => {
      const tail = zeros ? Buffer.alloc(whole.length - cut) : Buffer.alloc(0)
      await writeFile(path, Buffer.concat([whole.subarray(0, cut), tail]))
      expect(await load()).toEqual([prepared(1), mined(1)])
    }),
    { numRuns: 40 },
  )
})

test('the journal refuses a file that is damaged before its end: guessing could pay twice', async () => {
  await write([prepared(1), prepared(2), prepared(3)])
  const lines = (await readFile(path, 'utf8')).split('\n')
  lines[2] = lines[2]?.replace('transferFund', 'transferFunk') ?? ''
  await writeFile(path, lines.join('\n'))
  await expect(load()).rejects.toMatchObject({ name: 'JournalError', facts: { journal: path, line: '3' } })
})

test('compaction keeps every open intent and the latest of the others', async () => {
  const journal = fileJournal(path, { compactAfter: 50 })
  await journal.load()
  await journal.append(prepared(0))
  for (let nonce = 1; nonce <= 400; nonce += 1) {
    await journal.append(prepared(nonce))
    await journal.append(mined(nonce))
  }
  await journal.close()
  const entries = foldRecords(await load())
  expect(entries.map(({ prepared: { nonce }, outcome }) => [nonce, outcome?.type ?? 'open'])).toEqual([
    [0, 'open'],
    ...Array.from({ length: 200 }, (_, index) => [201 + index, 'mined']),
  ])
  expect(await journalsIn(join(folder, 'deep'))).toEqual(['wallet.journal'])
})

test('a chain that was started anew gets a new journal, and the old file is renamed', async () => {
  const first = fileJournal(path, { genesis: '0xaa' })
  await first.load()
  await first.append(prepared(7))
  await first.close()
  const second = fileJournal(path, { genesis: '0xbb' })
  expect(await second.load()).toEqual([])
  await second.close()
  expect((await journalsIn(join(folder, 'deep'))).map((name) => name.replace(/\d{13}/, 'N'))).toEqual([
    'wallet.journal',
    'wallet.journal.N.old',
  ])
})

test('append rejects a record that does not reach the disk, and the next record does not follow half of it', async () => {
  let full = false
  const files = {
    ...nodeFiles,
    async open(...args: Parameters<typeof nodeFiles.open>) {
      const handle = await nodeFiles.open(...args)
      const write = handle.write.bind(handle) as (bytes: Buffer, at: number, length?: number) => Promise<unknown>
      return Object.assign(handle, {
        async write(bytes: Buffer, at: number) {
          if (!full) return write(bytes, at)
          await write(bytes, at, 10)
          throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
        },
      })
    },
  }
  const journal = fileJournal(path, { files })
  await journal.load()
  await journal.append(prepared(1))
  full = true
  await expect(journal.append(prepared(2))).rejects.toThrow('ENOSPC')
  full = false
  await journal.append(prepared(3))
  await journal.close()
  expect(await load()).toEqual([prepared(1), prepared(3)])
})

/** A disk whose syncs fail while `isBad` says so, and what happens to files, in order. */
function disk(isBad: () => boolean) {
  const calls: string[] = []
  const files = {
    ...nodeFiles,
    async open(...args: Parameters<typeof nodeFiles.open>) {
      const handle = await nodeFiles.open(...args)
      const { truncate, datasync, sync } = handle
      const attempt = (name: string) => {
        calls.push(name)
        if (isBad()) throw Object.assign(new Error(`EIO: i/o error, ${name}`), { code: 'EIO' })
      }
      return Object.assign(handle, {
        async truncate(length?: number) {
          calls.push('truncate')
          await truncate.call(handle, length)
        },
        async datasync() {
          attempt('datasync')
          await datasync.call(handle)
        },
        async sync() {
          attempt('sync')
          await sync.call(handle)
        },
      })
    },
    async rename(...args: Parameters<typeof nodeFiles.rename>) {
      calls.push('rename')
      await nodeFiles.rename(...args)
    },
  }
  return { files, calls }
}

test('after one failed sync the journal is written anew, on the disk, before the record is taken', async () => {
  let failures = 0
  const { files, calls } = disk(() => failures-- === 1)
  const said: unknown[] = []
  const note = (...[, sentence]: Parameters<Logger['info']>) => void said.push(sentence)
  const journal = fileJournal(path, { files, logger: { debug: note, info: note, warn: note, error: note } })
  await journal.load()
  await journal.append(prepared(1))
  calls.length = 0
  failures = 1
  await journal.append(prepared(2))
  expect(calls).toEqual(['datasync', 'truncate', 'datasync', 'sync', 'rename', 'sync', 'datasync'])
  expect(said).toEqual([
    'the journal could not be synced; it is written anew before anything is sent',
    'the journal is written anew, and on the disk',
  ])
  await journal.append(prepared(3))
  await journal.close()
  expect(await load()).toEqual([prepared(1), prepared(2), prepared(3)])
})

test('while the disk syncs nothing every record is refused, and the first one after that is taken', async () => {
  let isBad = false
  const { files } = disk(() => isBad)
  const journal = fileJournal(path, { files })
  await journal.load()
  await journal.append(prepared(1))
  isBad = true
  await expect(journal.append(prepared(2))).rejects.toThrow('EIO')
  await expect(journal.append(prepared(3))).rejects.toThrow('EIO')
  expect(await readRecords(path)).toEqual([prepared(1)])
  isBad = false
  await journal.append(prepared(4))
  await journal.close()
  expect(await load()).toEqual([prepared(1), prepared(4)])
})

test('a journal that cannot be opened on a bad disk is opened once the disk is well again', async () => {
  await write([prepared(1)])
  let isBad = true
  const journal = fileJournal(path, { files: disk(() => isBad).files })
  await expect(journal.load()).rejects.toThrow('EIO')
  isBad = false
  expect(await journal.load()).toEqual([prepared(1)])
  await journal.close()
})

test('a journal whose file cannot be closed still releases its lock', async () => {
  const files = {
    ...nodeFiles,
    async open(...args: Parameters<typeof nodeFiles.open>) {
      const handle = await nodeFiles.open(...args)
      const { close } = handle
      return Object.assign(handle, {
        async close() {
          await close.call(handle)
          throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
        },
      })
    },
  }
  const journal = fileJournal(path, { files })
  await journal.load()
  await expect(journal.close()).rejects.toThrow('EIO')
  expect(await load()).toEqual([])
})

test('the journal writes no more to a file that another program wrote to', async () => {
  const journal = fileJournal(path)
  await journal.load()
  await nodeFiles.appendFile(path, 'stranger\n')
  await expect(journal.append(prepared(1))).rejects.toMatchObject({ name: 'JournalError' })
  await journal.close()
})

test('a second process is refused with the pid of the first, and gets the journal at once after kill -9', async () => {
  const script = `
    import { fileJournal } from '${new URL('../../../dist/src/transactions/file-journal.js', import.meta.url).href}'
    await fileJournal(${JSON.stringify(path)}).load()
    console.log('locked')
    setInterval(() => undefined, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  await expect(load()).rejects.toMatchObject({
    name: 'LockedError',
    facts: { process: `pid ${holder.pid}`, journal: path },
  })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  expect(await load()).toEqual([])
})

test.each(['rm', 'rename'] as const)(
  'the journal writes no more to a file that is gone from its path (%s): the next process would not find it',
  async (how) => {
    const journal = fileJournal(path)
    await journal.load()
    await journal.append(prepared(1))
    await (how === 'rm' ? rm(path) : nodeFiles.rename(path, `${path}.old`))
    await expect(journal.append(prepared(2))).rejects.toMatchObject({ name: 'JournalError' })
    await journal.close()
  },
)

test('a compaction that runs out of file descriptors loses no record, and no later one', async () => {
  let exhausted = false
  let made = 0
  const files = {
    ...nodeFiles,
    async open(...args: Parameters<typeof nodeFiles.open>) {
      // The new file is opened; after that no descriptor is left.
      if (exhausted && (made += 1) > 1)
        throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' })
      return nodeFiles.open(...args)
    },
  }
  const journal = fileJournal(path, { files, compactAfter: 2 })
  await journal.load()
  await journal.append(prepared(1))
  exhausted = true
  await journal.append(prepared(2))
  exhausted = false
  await journal.append(prepared(3))
  await journal.close()
  expect(await load()).toEqual([prepared(1), prepared(2), prepared(3)])
})

/** What lies in the folder beside the lock. */
async function journalsIn(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => !name.startsWith('lock-'))
}
