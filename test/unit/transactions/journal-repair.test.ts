import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silent } from '../../../src/base/logger.ts'
import { memoryJournal, openFileJournal, readFileClosing } from '../../../src/index.ts'
import { compactRecords } from '../../../src/transactions/journal-compaction.ts'
import { examineJournal, isDamaged } from '../../../src/transactions/journal-damage.ts'
import { lostNonces } from '../../../src/transactions/journal-fold.ts'
import { openRepair } from '../../../src/transactions/journal-repair.ts'
import { decodeJournal, encodeJournal } from '../../../src/transactions/journal-text.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { deposit, laneOn, scriptedPort } from '../../support/scripted-port.ts'

const GENESIS = `0x${'5a'.repeat(32)}`
const PROVIDER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

const prepared = (nonce: number): Extract<JournalRecord, { type: 'prepared' }> => ({
  type: 'prepared',
  id: `${nonce}-aabbccdd`,
  intent: {
    ...deposit(),
    call: { contract: 'ledger', method: 'transferFund', args: [PROVIDER, 'inference-v1.0', 15n] },
    subAccount: { provider: PROVIDER, serviceType: 'inference' },
    amount: 15n,
  },
  nonce,
  gasLimit: 21_000n,
  fees: { gasPrice: 7n },
  signed: { raw: '0x02', hash: `0x${'ab'.repeat(32)}` },
  at: 1_700_000_000_000,
})
const mined = (nonce: number): JournalRecord => ({
  type: 'mined',
  id: `${nonce}-aabbccdd`,
  hash: '0xab',
  blockNumber: 9,
  status: 1,
})
const closing: JournalRecord = { type: 'closing', id: 'c1', at: 1_700_000_000_000 }
const claim: JournalRecord = {
  type: 'claiming',
  id: 'claim-lx1-1',
  serviceType: 'inference',
  accounts: [{ provider: PROVIDER, known: [7] }],
  at: 1,
}

const records = [prepared(1), mined(1), claim, prepared(2)]
const bytesOf = (all: readonly JournalRecord[], genesis: string | undefined = GENESIS) =>
  Buffer.from(encodeJournal(all, genesis))
const recordsOf = (bytes: Uint8Array) =>
  examineJournal(bytes).lines.flatMap((line) => ('record' in line ? [line.record] : []))

/** Garbles this line so that no flipped bit explains it. */
function garbled(
  all: readonly JournalRecord[],
  line: number,
  [from, to]: [string, string] = ['"at":', '"AT":'],
): Buffer {
  const lines = bytesOf(all).toString().split('\n')
  lines[line - 1] = `zz${lines[line - 1]?.slice(2).replace(from, to)}`
  return Buffer.from(lines.join('\n'))
}

test('whichever one bit of a journal was flipped, every record is given back', () => {
  const whole = bytesOf(records)
  // All bits of every byte would take a minute; every third byte has one, and all bits have their turn.
  for (let at = 0; at < whole.length; at += 3) {
    const bytes = Uint8Array.from(whole)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
    const examination = examineJournal(bytes)
    expect([at, examination.lost, examination.chain, isDamaged(examination)]).toEqual([at, [], GENESIS, true])
    expect(recordsOf(bytes)).toEqual(records)
  }
})

test('a journal is called damaged exactly where it cannot be opened', () => {
  const whole = bytesOf(records)
  const damage = fc.record({
    cut: fc.nat(whole.length),
    at: fc.nat(whole.length - 1),
    bytes: fc.option(fc.uint8Array({ minLength: 1, maxLength: 4 }), { nil: null }),
  })
  fc.assert(
    fc.property(damage, ({ cut, at, bytes }) => {
      const changed = Buffer.from(whole.subarray(0, cut))
      if (bytes) changed.set(bytes.subarray(0, Math.max(0, changed.length - at)), Math.min(at, changed.length))
      let opens = true
      try {
        decodeJournal(changed.toString(), { genesis: undefined, journal: 'j', logger: silent })
      } catch {
        opens = false
      }
      expect(isDamaged(examineJournal(changed))).toBe(!opens)
    }),
    { numRuns: 300 },
  )
})

test('what cannot be given back is shown as far as it can be read', () => {
  const { lost, restored } = examineJournal(garbled(records, 2))
  expect(restored).toEqual([])
  expect(lost).toEqual([
    {
      line: 2,
      type: 'prepared',
      id: '1-aabbccdd',
      nonce: 1,
      operation: 'transferFund',
      provider: PROVIDER,
      amount: 15n,
      hash: `0x${'ab'.repeat(32)}`,
      claim: null,
      text: expect.stringMatching(/^zz.{298}$/) as string,
    },
  ])
  const nothing = examineJournal(Buffer.concat([bytesOf([prepared(1)]), Buffer.from([0xff, 0, 0xfe, 10])]))
  expect(nothing.lost).toMatchObject([{ line: 3, type: null, id: null, nonce: null, amount: null, text: '...' }])
})

test('a lost header takes no record with it', () => {
  const bytes = Buffer.concat([Buffer.from('????'), bytesOf(records).subarray(4)])
  expect([examineJournal(bytes).header, recordsOf(bytes)]).toEqual(['lost', records])
})

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-repair-'))
  path = join(folder, 'wallet.journal')
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true, force: true })
})

type Tag = 'latest' | 'pending' | number

const noBlock = () => Promise.reject(new Error('header not found'))

/** A chain that has spent so many nonces; the pool holds more. */
const chainWith = (latest: number, pending = latest) => ({
  transactionCount: (tag: Tag) =>
    Promise.resolve(tag === 'pending' ? pending : tag === 'latest' ? latest : Math.max(0, latest - 1)),
  head: () => Promise.resolve(100),
  spender: (nonce: number) =>
    nonce === 0
      ? Promise.reject(new Error('missing trie node'))
      : Promise.resolve({ transactionHash: `0x${nonce}`, blockNumber: 90, depth: 10, to: null, data: '0x', value: 0n }),
})

async function lossIn(bytes: Buffer, nonces = chainWith(2, 3)) {
  await writeFile(path, bytes)
  await using repair = await openRepair({ path, genesis: GENESIS, nonces })
  return repair.loss
}

test('a lost record that names its nonce puts that one in doubt, and the chain says what became of it', async () => {
  const loss = async (nonce: number, chain = chainWith(2, 3)) =>
    (await lossIn(garbled([prepared(nonce), mined(7)], 2), chain))?.nonces.find((one) => one.nonce === nonce)
  expect(await loss(1)).toEqual({ nonce: 1, state: 'mined', transaction: '0x1', block: 90 })
  expect(await loss(0)).toEqual({ nonce: 0, state: 'mined', transaction: null, block: null })
  expect(await loss(2)).toEqual({ nonce: 2, state: 'pending', transaction: null, block: null })
  expect(await loss(3)).toEqual({ nonce: 3, state: 'absent', transaction: null, block: null })
})

test('steps whose first record is lost name the nonce as well, and a lost step of a known transaction does not', async () => {
  const unreadable = Buffer.from('\u0001\u0002\n')
  expect((await lossIn(garbled([prepared(4), mined(4)], 2, ['"nonce":4', '"nonce":x'])))?.nonces).toMatchObject([
    { nonce: 4 },
  ])
  const lostStep = garbled([prepared(1), mined(1)], 3)
  expect(await lossIn(lostStep)).toMatchObject({ nonces: [], open: [{ prepared: { nonce: 1 } }] })
  // It may have been about any free nonce: one from the last final block on, one in the pool, or the next.
  const nameless = Buffer.concat([bytesOf([prepared(2)]), unreadable])
  expect((await lossIn(nameless, chainWith(2, 4)))?.nonces.map(({ nonce }) => nonce)).toEqual([1, 3])
  expect((await lossIn(nameless, chainWith(3)))?.nonces.map(({ nonce }) => nonce)).toEqual([3])
  // A node that names a head far too high has no block there to count at.
  const chain = chainWith(3)
  const ahead = {
    ...chain,
    transactionCount: (tag: Tag) => (typeof tag === 'number' ? noBlock() : chain.transactionCount(tag)),
  }
  expect((await lossIn(nameless, ahead))?.nonces.map(({ nonce }) => nonce)).toEqual([0, 1, 3])
})

test('claims and requests to close that a lost record may concern are named', async () => {
  expect(await lossIn(garbled(records, 4))).toMatchObject({
    claims: ['claim-lx1-1'],
    closing: null,
    mayHaveLostClosing: false,
    nonces: [],
  })
  const wish = { id: 'c1', since: 1_700_000_000_000 }
  const ended = { type: 'closing-ended', id: 'c1', outcome: 'cancelled' } as const
  expect(await lossIn(garbled([closing, ended], 3))).toMatchObject({ closing: wish, mayHaveLostClosing: false })
  expect(await lossIn(garbled([closing, ended], 2))).toMatchObject({ closing: null, mayHaveLostClosing: true })
  // What is lost before the request cannot be its end.
  expect(await lossIn(garbled([prepared(1), closing], 2))).toMatchObject({ closing: null })
})

test('the repair keeps the damaged file and puts all that could be read in its place', async () => {
  const ended = { type: 'closing-ended', id: 'c1', outcome: 'closed' } as const
  const bytes = garbled([prepared(1), closing, ended, prepared(3)], 4)
  await writeFile(path, bytes)
  const repair = await openRepair({ path, genesis: GENESIS, nonces: chainWith(2) })
  expect((await readFile(path)).equals(bytes)).toBe(true)
  const load = async () => {
    const journal = await openFileJournal({ chainId: 1n, wallet: PROVIDER, path, genesis: GENESIS })
    try {
      return await journal.load()
    } finally {
      await journal.close()
    }
  }
  // Nothing is sent meanwhile.
  await expect(load()).rejects.toMatchObject({ name: 'LockedError' })
  const kept = await repair.write()
  await repair[Symbol.asyncDispose]()
  expect((await readFile(kept)).equals(bytes)).toBe(true)
  expect(kept).toMatch(/wallet\.journal\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z\.damaged$/)
  expect((await readdir(folder)).filter((name) => !name.startsWith('lock-')).length).toBe(2)
  expect(await load()).toEqual([prepared(1), prepared(3)])
  expect(await readFileClosing({ chainId: 1n, wallet: PROVIDER, path, genesis: GENESIS })).toBeNull()
})

test('a journal that is whole, absent, or of another chain needs no repair', async () => {
  const none = await openRepair({ path, genesis: GENESIS, nonces: chainWith(1) })
  expect(none.loss).toBeNull()
  await expect(none.write()).rejects.toMatchObject({ name: 'JournalError' })
  await none[Symbol.asyncDispose]()
  expect(await lossIn(bytesOf(records))).toBeNull()
  expect(await lossIn(bytesOf(records).subarray(0, -5))).toBeNull()
  const other = garbled(records, 2).toString().split('\n')
  other[0] = encodeJournal([], `0x${'11'.repeat(32)}`).trim()
  expect(await lossIn(Buffer.from(other.join('\n')))).toBeNull()
})

test('a repair refuses to write over a file that was changed since it was examined, and one that another process has', async () => {
  await writeFile(path, garbled(records, 2))
  await using repair = await openRepair({ path, genesis: GENESIS, nonces: chainWith(2) })
  await expect(openRepair({ path, genesis: GENESIS, nonces: chainWith(2) })).rejects.toMatchObject({
    name: 'LockedError',
  })
  await writeFile(path, 'changed')
  await expect(repair.write()).rejects.toThrow('The journal was changed meanwhile.')
  expect(await readFile(path, 'utf8')).toBe('changed')
})

test('what a repair could not read is held until the chain shows it, also over restarts, and is forgotten then', async () => {
  vi.useFakeTimers()
  const lost: JournalRecord = { type: 'lost', id: 'lost-1', nonces: [5, 6], at: 1 }
  let spent = 5
  const port = scriptedPort({ transactionCount: () => Promise.resolve(spent) })
  const lane = laneOn(port, { journal: { ...memoryJournal(), load: () => Promise.resolve([lost]) } })
  await lane.open()
  expect(lane.unknownPending()).toEqual([5, 6])
  spent = 6
  await lane.confirm(10)
  expect(lane.unknownPending()).toEqual([6])
  spent = 7
  await lane.confirm(11)
  expect(lane.unknownPending()).toEqual([])
  await lane.close()
  expect(compactRecords([lost, prepared(5), mined(5)])).toContainEqual(lost)
  expect(lostNonces([lost, prepared(5), mined(5)])).toEqual([6])
  expect(compactRecords([lost, prepared(6), mined(6)])).not.toContainEqual(lost)
})
