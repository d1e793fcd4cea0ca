import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import type { Journal } from '../../../src/transactions/journal.types.ts'
import { deposit, laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const fees = { maxFeePerGas: 30n, maxPriorityFeePerGas: 10n }
const hashOf = (nonce: number) => `0x${String(nonce).repeat(64)}`
const alice = { provider: 'alice', serviceType: 'inference' as const }

function prepared(nonce: number, isSigned = true): JournalRecord {
  const signed = isSigned ? { raw: hashOf(nonce), hash: hashOf(nonce) } : null
  const intent = { ...deposit(), subAccount: alice, touches: [alice], decidedAt: nonce }
  return { type: 'prepared', id: `${nonce}`, intent, nonce, gasLimit: 9n, fees, signed, at: 0 }
}

function journalOf(...records: JournalRecord[]): Journal & { appended: JournalRecord[] } {
  const appended: JournalRecord[] = []
  return {
    appended,
    load: () => Promise.resolve(records),
    append: (record) => Promise.resolve(void appended.push(record)),
    close: () => Promise.resolve(),
  }
}

const statesOf = (lane: ReturnType<typeof laneOn>) =>
  lane.transactions().map((actor) => {
    const { value, context } = actor.getSnapshot()
    return [context.id, value, context.hash, context.blockNumber]
  })

test('a receipt that the journal calls old is not final at the first reading after a restart', async () => {
  const port = scriptedPort({ transactionCount: () => Promise.resolve(port.spent) })
  const mined = (nonce: number, blockNumber: number): JournalRecord[] => [
    prepared(nonce),
    { type: 'mined', id: `${nonce}`, hash: hashOf(nonce), blockNumber, status: 1 },
  ]
  // The block of the later one is the word of a node.
  const lane = laneOn(port, { journal: journalOf(...mined(1, 5), ...mined(2, 1_000)) })
  port.spent = 3
  await lane.open()
  await lane.confirm(1_001)
  // A reorganisation takes both back.
  port.spent = 1
  await lane.confirm(1_002)
  await vi.advanceTimersByTimeAsync(0)
  expect(lane.inFlight().map(({ intent }) => intent.decidedAt)).toEqual([2, 1])
  await lane.close()
})

test('the lane takes up the records of an earlier process, and sends open transactions again', async () => {
  const port = scriptedPort()
  const lane = laneOn(port, {
    journal: journalOf(
      prepared(1),
      { type: 'mined', id: '1', hash: hashOf(1), blockNumber: 3, status: 1 },
      prepared(2),
      { type: 'mined', id: '2', hash: hashOf(2), blockNumber: 4, status: 0 },
      prepared(3),
      { type: 'superseded', id: '3', reason: 'a stranger' },
      prepared(4),
      { type: 'replaced', id: '4', fees, signed: { raw: 'higher', hash: hashOf(9) } },
      prepared(5, false),
      { type: 'paid', id: '0', ...alice, amount: 8n, at: 0 },
    ),
  })
  await lane.open()
  await vi.advanceTimersByTimeAsync(0)
  expect(statesOf(lane)).toEqual([
    ['1', 'mined', hashOf(1), 3],
    ['2', 'reverted', hashOf(2), 4],
    ['4', 'broadcast', hashOf(9), null],
    ['5', 'prepared', null, null],
  ])
  expect(lane.transactions()[1]?.getSnapshot().context.reason).toBe('before this process')
  expect(port.sent).toEqual(['higher'])
  expect(lane.inFlight().map(({ intent, unresolved }) => [intent.decidedAt, unresolved])).toEqual([
    [4, false],
    [5, true],
  ])
  expect(lane.payments().map(({ amount, at }) => [amount, at])).toEqual([
    [8n, 0],
    [1n, 1],
    [1n, Infinity],
    [1n, Infinity],
  ])
  expect(lane.minedIn(2, 4).map(({ decidedAt }) => decidedAt)).toEqual([1])
  expect(lane.lastMined(() => true)).toEqual({
    transactionHash: hashOf(1),
    blockNumber: 3,
    gasUsed: 0n,
    status: 1,
    success: true,
  })
  await lane.close()
})

test('the lane sends a transaction again whose receipt of an earlier process a reorganisation took back', async () => {
  const port = scriptedPort()
  const heard: number[] = []
  const mined = { type: 'mined', id: '1', hash: hashOf(1), blockNumber: 3, status: 1 } as const
  const journal = journalOf(prepared(1), mined)
  const lane = laneOn(port, { journal, onMined: (block) => heard.push(block) })
  await lane.open()
  expect([heard, port.sent]).toEqual([[3], []])
  port.spent = 1
  await lane.confirm(4)
  await vi.advanceTimersByTimeAsync(0)
  expect([port.sent, journal.appended]).toEqual([[hashOf(1)], [{ type: 'unmined', id: '1' }]])
  // A receipt that is gone is not a receipt.
  expect(heard).toEqual([3])
  await lane.close()
})

test('a transaction whose receipt is gone is in flight before its record is written, and every reading waits for it', async () => {
  const mined = { type: 'mined', id: '1', hash: hashOf(1), blockNumber: 3, status: 1 } as const
  let write = (): void => undefined
  const disk = new Promise<void>((resolve) => (write = resolve))
  const inner = journalOf(prepared(1), mined)
  const port = scriptedPort()
  const lane = laneOn(port, { journal: { ...inner, append: (record) => disk.then(() => inner.append(record)) } })
  await lane.open()
  port.spent = 1
  const confirmed: string[] = []
  const first = lane.confirm(4).then(() => confirmed.push('first'))
  await vi.advanceTimersByTimeAsync(0)
  const second = lane.confirm(4).then(() => confirmed.push('second'))
  await vi.advanceTimersByTimeAsync(0)
  expect([confirmed, lane.isQuiet(), lane.inFlight().map(({ unresolved }) => unresolved)]).toEqual([[], false, [false]])
  write()
  await Promise.all([first, second])
  expect([confirmed.toSorted(), lane.inFlight().length, port.sent]).toEqual([['first', 'second'], 1, [hashOf(1)]])
  await lane.close()
})

test('transactions of an earlier process keep this process alive only while a caller waits for them', async () => {
  const rests: (boolean | undefined)[] = []
  const clock = {
    now: () => 0,
    after: (_: number, __: () => void, how?: { idle?: boolean }) => (rests.push(how?.idle), () => undefined),
  }
  const lane = laneOn(scriptedPort(), { journal: journalOf(prepared(1)), clock })
  await lane.open()
  await vi.advanceTimersByTimeAsync(0)
  const before = rests.splice(0)
  const waiting = lane.idle(({ subAccount }) => subAccount?.provider === 'alice')
  await vi.advanceTimersByTimeAsync(0)
  expect([before, rests]).toEqual([[true], [false]])
  await lane.close()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortedError' })
})

test('idle resolves once nothing is in flight that matches, whatever else is', async () => {
  const port = scriptedPort()
  const lane = laneOn(port, { journal: journalOf(prepared(1)) })
  await lane.open()
  const seen: string[] = []
  void lane.submit(deposit()).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(0)
  await lane.idle(({ subAccount }) => subAccount?.provider === 'bob').then(() => seen.push('bob'))
  const waiting = lane.idle(({ subAccount }) => subAccount?.provider === 'alice').then(() => seen.push('alice'))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(seen).toEqual(['bob'])
  port.receipts.set(hashOf(1), receiptOf(hashOf(1), 5))
  await vi.advanceTimersByTimeAsync(60_000)
  await waiting
  expect(seen).toEqual(['bob', 'alice'])
  await lane.close()
})

test('a lane whose journal cannot be opened refuses to send, says why, and tries again', async () => {
  const inner = memoryJournal()
  let broken = true
  const load = () => (broken ? Promise.reject(new Error('another process has it')) : inner.load())
  const port = scriptedPort()
  let opened = 0
  const lane = laneOn(port, { journal: { ...inner, load }, onOpen: () => (opened += 1) })
  await expect(lane.open()).rejects.toThrow('another process has it')
  expect([lane.refusal()?.message, opened]).toEqual(['another process has it', 0])
  await expect(lane.submit(deposit())).rejects.toThrow('another process has it')
  await expect(lane.workflows.claims.end('one')).rejects.toThrow('another process has it')
  await expect(lane.workflows.closing.begin(5)).rejects.toThrow('another process has it')
  expect([port.sent, inner.records, lane.inFlight()]).toEqual([[], [], []])
  broken = false
  await lane.workflows.claims.end('one')
  await lane.workflows.closing.begin(5)
  expect([lane.refusal(), opened]).toEqual([null, 1])
  expect(inner.records).toEqual([
    { type: 'claiming-ended', id: 'one' },
    { type: 'closing', id: 'closing-5', at: 5 },
  ])
  await lane.close()
})

test('a claim is open from the record of its beginning to the record of its end, in whichever process it began', async () => {
  const claim = (id: string) => ({
    type: 'claiming' as const,
    id,
    serviceType: 'inference' as const,
    accounts: [],
    at: 0,
  })
  const journal = journalOf(claim('one'), claim('two'), { type: 'claiming-ended', id: 'one' })
  const lane = laneOn(scriptedPort(), { journal })
  await lane.open()
  const open = () => lane.workflows.claims.list().map(({ id }) => id)
  expect(open()).toEqual(['two'])
  await lane.workflows.claims.begin(claim('three'))
  expect(open()).toEqual(['two', 'three'])
  // A claim ends also where its end cannot be written.
  journal.append = () => Promise.reject(new Error('no space left'))
  await expect(lane.workflows.claims.end('two')).rejects.toThrow('no space left')
  await expect(lane.workflows.claims.begin(claim('four'))).rejects.toThrow('no space left')
  expect(open()).toEqual(['three'])
  await lane.close()
})

test('the lane remembers the steps of open work, and forgets other transactions for them', async () => {
  const port = scriptedPort()
  const claiming = { type: 'claiming' as const, id: 'one', serviceType: 'inference' as const, accounts: [], at: 0 }
  const lane = laneOn(port, { journal: journalOf(claiming, { type: 'closing', id: 'closing-1', at: 0 }) })
  await lane.open()
  const mine = async (more: object) => {
    const mined = lane.submit({ ...deposit(), ...more })
    await vi.advanceTimersByTimeAsync(0)
    const hash = port.sent.at(-1) ?? ''
    port.receipts.set(hash, receiptOf(hash, 5))
    await vi.advanceTimersByTimeAsync(1_000)
    await mined
  }
  await mine({ claim: 'one', amount: 11n })
  await mine({ closing: 'closing-1', amount: 12n })
  await mine({ claim: 'other', amount: 13n })
  await mine({ closing: 'closing-0', amount: 14n })
  for (let at = 0; at < 998; at += 1) await mine({})
  const kept = [11n, 12n, 13n, 14n].filter((amount) => lane.lastMined((intent) => intent.amount === amount) !== null)
  expect([kept, lane.transactions().length]).toEqual([[11n, 12n], 1_000])
  await lane.close()
})

test('on a full disk nothing is sent', async () => {
  const port = scriptedPort()
  const append = () => Promise.reject(new Error('no space left'))
  const lane = laneOn(port, { journal: { ...memoryJournal(), append } })
  await expect(lane.submit(deposit())).rejects.toMatchObject({ name: 'NotRecordedError', message: /no space left/ })
  await expect(lane.workflows.claims.end('one')).rejects.toThrow('no space left')
  await vi.advanceTimersByTimeAsync(60_000)
  expect([port.sent, lane.transactions(), lane.inFlight()]).toEqual([[], [], []])
  await lane.close()
})

test('a closed lane sends and records nothing', async () => {
  const port = scriptedPort()
  const journal = journalOf()
  const lane = laneOn(port, { journal })
  await lane.open()
  await lane.close()
  await expect(lane.submit(deposit())).rejects.toMatchObject({ name: 'AbortedError' })
  await expect(lane.workflows.claims.end('one')).rejects.toMatchObject({ name: 'AbortedError' })
  await expect(lane.workflows.closing.begin(5)).rejects.toMatchObject({ name: 'AbortedError' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect([port.sent, journal.appended]).toEqual([[], []])
})

test('a lane that closes while its journal is being loaded leaves what that holds to the next broker', async () => {
  const port = scriptedPort()
  let loaded = (_records: readonly JournalRecord[]): void => undefined
  const journal = { ...journalOf(), load: () => new Promise<readonly JournalRecord[]>((done) => (loaded = done)) }
  const lane = laneOn(port, { journal })
  const opening = lane.open()
  await lane.close()
  loaded([prepared(1)])
  await opening
  await vi.advanceTimersByTimeAsync(60_000)
  expect([port.sent, lane.inFlight()]).toEqual([[], []])
})

test('a caller that aborts before anything is sent gets an AbortedError, and nothing is sent', async () => {
  const port = scriptedPort()
  const lane = laneOn(port)
  await expect(lane.submit(deposit(), { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortedError',
    message: 'Aborted before anything was sent.',
  })
  expect([port.sent, lane.inFlight()]).toEqual([[], []])
  await lane.close()
})

test('a nonce that is free below an open transaction for three blocks is filled by a journaled transfer of nothing', async () => {
  const port = scriptedPort()
  port.spent = 5
  const journal = journalOf(prepared(6))
  const lane = laneOn(port, { journal })
  await lane.open()
  await vi.advanceTimersByTimeAsync(4_000)
  expect(journal.appended).toEqual([])
  await vi.advanceTimersByTimeAsync(8_000)
  const [filler, ...more] = journal.appended
  expect(filler).toMatchObject({
    type: 'prepared',
    nonce: 5,
    intent: { call: { contract: 'wallet', method: 'fillNonce', args: [] }, amount: 0n, touches: [] },
  })
  expect(more).toEqual([])
  // Neither of them is replaced meanwhile: a higher fee does not get the upper one mined.
  expect(statesOf(lane).map(([id, state]) => [String(id).split('-')[0], state])).toEqual([
    ['6', 'broadcast'],
    ['5', 'broadcast'],
  ])
  await lane.close()
})

test('while another program holds a nonce below in the pool, the gap is left to it', async () => {
  const port = scriptedPort({
    transactionCount: (tag) => Promise.resolve(tag === 'pending' ? 6 : 5),
    pooledNonces: () => Promise.resolve([5]),
  })
  const journal = journalOf(prepared(6))
  const lane = laneOn(port, { journal })
  await lane.open()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(journal.appended).toEqual([])
  expect(lane.unknownPending()).toEqual([5])
  await lane.close()
})

test('a payment that rests on a position is not sent once another program was mined after it, until a position shows that', async () => {
  let latest = 5
  const port = scriptedPort({ transactionCount: (tag) => Promise.resolve(typeof tag === 'number' ? tag - 95 : latest) })
  const lane = laneOn(port)
  await lane.open()
  latest = 6
  const pay = (asOf: number) => lane.submit({ ...deposit(), decidedAt: 1, asOf })
  await expect(pay(100)).rejects.toMatchObject({ name: 'OvertakenError' })
  expect([port.sent, lane.unknownPending()]).toEqual([[], [5]])
  await lane.confirm(100)
  expect(lane.unknownPending()).toEqual([5])
  await lane.confirm(101)
  expect(lane.unknownPending()).toEqual([])
  pay(101).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(0)
  expect(port.sent.length).toBe(1)
  await lane.close()
})
