import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TransactionPort } from '../../../src/chain/port.ts'
import { compactRecords } from '../../../src/transactions/journal-compaction.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { refusedPayments } from '../../../src/transactions/refused-payments.ts'
import { paymentsIn } from '../../../src/transactions/recorded-payments.ts'
import { topUp } from '../../support/lane-world.ts'
import { laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Longer than a block takes to be final. */
const FINAL_MS = 15_000

test('a transaction that a node refused for good before a restart, and that is mined after it, counts as paid', async () => {
  const { journal, port, hash } = await refusedWorld()
  const next = laneOn(port, { journal })
  await next.open()
  expect(next.payments()).toEqual([])
  port.mine(hash)
  await next.confirm(6)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(next.payments().map(({ amount }) => amount)).toEqual([3n])
  expect(Object.fromEntries(next.paidIn(4, 6))).toEqual({ 'inference:alice': 3n })
  expect(next.foreignTransactions()).toBe(0)
  await next.close()
  const last = laneOn(port, { journal })
  await last.open()
  expect(last.payments().map(({ amount }) => amount)).toEqual([3n])
  await last.close()
})

test('it is watched after the journal was compacted, too', async () => {
  const { journal: earlier, port, hash } = await refusedWorld()
  const { records } = earlier
  // More later ones with an outcome than a compaction keeps.
  const later = Array.from({ length: 300 }, (_, n): JournalRecord[] => {
    const id = `later-${n}`
    const prepared = records.flatMap((record) => (record.type === 'prepared' ? { ...record, id, nonce: n + 1 } : []))
    return [...prepared, { type: 'superseded', id, reason: 'nonce taken' }]
  })
  const journal = journalOf(compactRecords([...records, ...later.flat()]))
  const next = laneOn(port, { journal })
  await next.open()
  port.mine(hash)
  await next.confirm(6)
  expect(next.payments().map(({ amount }) => amount)).toEqual([3n])
  await next.close()
})

test('it is not watched where an own transaction with its nonce was mined long ago', async () => {
  const { journal, port, hash } = await refusedWorld()
  const [first] = journal.records
  if (first?.type !== 'prepared') throw new Error('The journal begins with an intent.')
  const mined = (id: string, nonce: number, blockNumber: number): JournalRecord[] => [
    { ...first, id, nonce, signed: { raw: id, hash: id } },
    { type: 'mined', id, hash: id, blockNumber, status: 1 },
  ]
  const asked: string[] = []
  const next = laneOn(
    { ...port, mined: (one) => Promise.resolve(void asked.push(one)).then(() => null) },
    { journal: journalOf([...journal.records, ...mined('again', 0, 6), ...mined('later', 1, 500)]) },
  )
  await next.open()
  port.spent = 2
  await next.confirm(501)
  expect(asked).not.toContain(hash)
  await next.close()
})

test('it is watched while the node fails for receipts, however long that takes', async () => {
  const { journal, port, hash } = await refusedWorld()
  const next = laneOn(port, { journal })
  await next.open()
  port.spent = 1
  port.isFailing = true
  await next.confirm(6)
  await vi.advanceTimersByTimeAsync(FINAL_MS)
  await next.confirm(21)
  port.isFailing = false
  port.mine(hash)
  await next.confirm(22)
  expect(next.payments().map(({ amount }) => amount)).toEqual([3n])
  await next.close()
})

test('it is forgotten, in the journal too, once its nonce is spent for good without its receipt', async () => {
  const { journal, port, hash } = await refusedWorld()
  const next = laneOn(port, { journal })
  await next.open()
  port.spent = 1
  await next.confirm(6)
  await vi.advanceTimersByTimeAsync(FINAL_MS)
  await next.confirm(21)
  expect(next.isQuiet()).toBe(true)
  await next.close()
  const last = laneOn(port, { journal })
  await last.open()
  port.mine(hash)
  await last.confirm(22)
  expect(last.payments()).toEqual([])
  await last.close()
})

test('a top-up that was decided on before the mined one was found is not sent beside it', async () => {
  const { journal, port, hash } = await refusedWorld()
  let isEstimated = (): void => undefined
  const estimate = new Promise<void>((resolve) => (isEstimated = resolve))
  port.estimateGas = () => estimate.then(() => 100_000n)
  const next = laneOn(port, { journal })
  await next.open()
  // The decision rests on a position that shows neither the nonce spent nor the money.
  const second = next.submit(topUp('alice', 3n, { asOf: 4 })).catch((error: Error) => error.name)
  await vi.advanceTimersByTimeAsync(0)
  port.mine(hash)
  await next.confirm(6)
  isEstimated()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await second).toBe('OvertakenError')
  expect(next.payments().map(({ amount }) => amount)).toEqual([3n])
  await next.close()
})

test.for([
  ['has taken', { grade: 'arrived', reason: 'none', message: '' }],
  ['did not answer', { grade: 'unknown', reason: 'unknown', message: 'timeout' }],
] as const)(
  'a transaction that one node %s is not ended by the refusals of another one, until a block would be final',
  async ([, first]) => {
    let sends = 0
    const refusal = { grade: 'final', reason: 'unknown', message: 'insufficient funds' } as const
    const port = scriptedPort({
      broadcast: () => Promise.resolve((sends += 1) === 1 ? first : refusal),
      knows: () => Promise.resolve(false),
    })
    const lane = laneOn(port)
    const outcome = lane.submit(topUp('alice', 3n)).catch((error: Error) => error.name)
    await vi.advanceTimersByTimeAsync(10_000)
    expect([sends > 3, lane.inFlight().length]).toEqual([true, 1])
    await vi.advanceTimersByTimeAsync(10_000)
    expect([await outcome, lane.inFlight().length]).toEqual(['RefusedByNodeError', 0])
    await lane.close()
  },
)

test('what a node took before a restart, or may have, is not ended by the refusals of another one after it', async () => {
  const journal = memoryJournal()
  let refused = ''
  const scripted = scriptedPort({
    broadcast: (raw) => {
      scripted.sent.push(raw)
      const final = { grade: 'final', reason: 'unknown', message: 'insufficient funds' } as const
      return Promise.resolve(raw === refused ? final : { grade: 'arrived', reason: 'none', message: '' })
    },
    knows: (hash) => Promise.resolve(hash !== refused),
  })
  const lane = laneOn(scripted, { journal })
  for (const provider of ['alice', 'bob']) void lane.submit(topUp(provider, 3n)).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(500)
  await lane.close()
  const before = journal.records.map(({ type, id }) => [type, id])
  refused = scripted.sent[0] ?? ''

  const next = laneOn(scripted, { journal })
  await next.open()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(next.payments().map(({ amount }) => amount)).toEqual([3n, 3n])
  // Its nonce is not taken for a gap that bob's transaction waits for.
  expect(journal.records.map(({ type, id }) => [type, id])).toEqual(before)
  await next.close()
})

test('bytes that a node refused for good, and takes when the same call is signed again, count once', async () => {
  const { journal, port, hash } = await refusedWorld()
  const [first] = journal.records
  if (first?.type !== 'prepared' || !first.signed?.raw) throw new Error('The journal begins with signed bytes.')
  const { raw } = first.signed
  port.sign = () => Promise.resolve({ raw, hash })
  const lane = laneOn(port, { journal })
  await lane.open()
  port.broadcast = () => Promise.resolve({ grade: 'arrived', reason: 'none', message: '' })
  const paying = lane.submit(topUp('alice', 3n))
  await vi.advanceTimersByTimeAsync(100)
  expect(lane.transactions().at(-1)?.getSnapshot().context.hash).toBe(hash)
  port.mine(hash)
  await vi.advanceTimersByTimeAsync(2_000)
  await paying
  for (const block of [6, 7]) {
    await lane.confirm(block)
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(lane.payments().map(({ amount }) => amount)).toEqual([3n])
  expect(Object.fromEntries(lane.paidIn(4, 7))).toEqual({ 'inference:alice': 3n })
  expect(lane.minedIn(4, 7).length).toBe(1)
  expect(journal.records.map(({ type }) => type)).toEqual(['prepared', 'superseded', 'prepared', 'mined'])
  await lane.close()
})

test('bytes that a node refused for good twice before a reading count once where another one mines them', async () => {
  const { journal, port, hash } = await refusedWorld()
  port.sign = () => Promise.resolve({ raw: hash, hash })
  const lane = laneOn(port, { journal })
  await lane.open()
  const again = lane.submit(topUp('alice', 3n)).catch((error: Error) => error.name)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await again).toBe('RefusedByNodeError')
  port.mine(hash)
  for (const block of [6, 7]) {
    await lane.confirm(block)
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(lane.payments().map(({ amount }) => amount)).toEqual([3n])
  expect(lane.minedIn(4, 7).length).toBe(1)
  await lane.close()
})

/** A wallet whose top-up a node took with two replacements, and refused after that; signed anew, the call has the bytes of the first. */
async function replacedWorld() {
  const journal = memoryJournal()
  const hashes = ['0xh1', '0xh2', '0xh3']
  const world = { journal, isTaken: true, isMined: false, signed: 0 }
  const port = scriptedPort({
    sign: () => {
      const hash = hashes[Math.min(world.signed, 2)] ?? ''
      world.signed += 1
      return Promise.resolve({ raw: hash, hash })
    },
    broadcast: () =>
      Promise.resolve(
        world.isTaken
          ? { grade: 'arrived', reason: 'none', message: '' }
          : { grade: 'final', reason: 'unknown', message: 'insufficient funds' },
      ),
    knows: () => Promise.resolve(world.isTaken),
    spender: () =>
      Promise.resolve(
        world.isMined ? { transactionHash: '0xh2', blockNumber: 60, depth: 20, to: null, data: '0x', value: 0n } : null,
      ),
    isCall: () => true,
  } satisfies Partial<TransactionPort>)
  const lane = laneOn(port, { journal })
  await lane.open()
  const first = lane.submit(topUp('alice', 3n)).catch((error: Error) => error.name)
  await vi.advanceTimersByTimeAsync(14_000)
  world.isTaken = false
  await vi.advanceTimersByTimeAsync(30_000)
  expect([await first, world.signed]).toEqual(['RefusedByNodeError', 3])
  world.signed = 0
  return Object.assign(world, { port, lane })
}

test('a replacement of refused bytes that another node mines while those are followed anew counts as paid', async () => {
  const world = await replacedWorld()
  const { port, lane } = world
  world.isTaken = true
  const second = lane.submit(topUp('alice', 3n))
  await vi.advanceTimersByTimeAsync(500)
  await lane.confirm(59)
  port.receipts.set('0xh2', receiptOf('0xh2', 60))
  port.spent = 1
  world.isMined = true
  for (let block = 60; block < 100; block += 1) {
    await vi.advanceTimersByTimeAsync(1_000)
    await lane.confirm(block)
  }
  expect((await second).transactionHash).toBe('0xh2')
  expect(lane.payments().map(({ amount }) => amount)).toEqual([3n])
  expect(lane.foreignTransactions()).toBe(0)
  await lane.close()
})

test('it counts after a restart, too, where the bytes were refused a second time', async () => {
  const { journal, port, lane } = await replacedWorld()
  const second = lane.submit(topUp('alice', 3n)).catch((error: Error) => error.name)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await second).toBe('RefusedByNodeError')
  await lane.close()
  for (const records of [journal.records, compactRecords(journal.records)]) {
    const next = laneOn(port, { journal: journalOf(records) })
    await next.open()
    port.receipts.set('0xh3', receiptOf('0xh3', 60))
    port.spent = 1
    await next.confirm(60)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(next.payments().map(({ amount }) => amount)).toEqual([3n])
    await next.close()
  }
})

test('of many that a node refuses, one after the other, the latest are kept and watched', async () => {
  const { journal, port } = await refusedWorld()
  const [first] = journal.records
  if (first?.type !== 'prepared') throw new Error('The journal begins with an intent.')
  const records = Array.from({ length: 1_000 }, (_, n): JournalRecord[] => {
    const id = `${n}`
    return [
      { ...first, id, signed: { raw: id, hash: id } },
      { type: 'superseded', id, reason: 'not authorized', refused: true },
    ]
  }).flat()
  const kept = compactRecords(records)
  expect(kept).toEqual(records.slice(-400))
  for (const loaded of [records, kept]) {
    const asked = new Set<string>()
    const mined: TransactionPort['mined'] = (hash) => Promise.resolve(void asked.add(hash)).then(() => null)
    const lane = laneOn({ ...port, mined }, { journal: journalOf(loaded) })
    await lane.open()
    port.spent = 1
    await lane.confirm(6)
    expect([...asked]).toEqual(kept.flatMap(({ type, id }) => (type === 'prepared' ? id : [])))
    await lane.close()
  }
})

test('what a refused transaction may pay yet counts for other wallets, beyond what its own wallet sends at the same nonce', async () => {
  const { journal, port } = await refusedWorld()
  const lane = laneOn(port, { journal })
  await lane.open()
  const may = { provider: 'alice', serviceType: 'inference', amount: 3n, at: Infinity }
  expect([refusedPayments(lane.refused()), paymentsIn(journal.records)]).toEqual([
    [may],
    [{ ...may, at: 7, id: journal.records[0]?.id, nonce: 0, state: 'refused' }],
  ])
  port.sign = () => Promise.resolve({ raw: '0xsmaller', hash: '0xsmaller' })
  port.broadcast = () => Promise.resolve({ grade: 'arrived', reason: 'none', message: '' })
  const smaller = lane.submit(topUp('bob', 2n))
  await vi.advanceTimersByTimeAsync(100)
  expect(refusedPayments(lane.refused())).toEqual([{ ...may, amount: 1n }])
  port.mine('0xsmaller')
  await vi.advanceTimersByTimeAsync(2_000)
  await smaller
  expect(refusedPayments(lane.refused())).toEqual([{ ...may, amount: 1n }])
  await lane.confirm(6)
  await vi.advanceTimersByTimeAsync(FINAL_MS)
  await lane.confirm(21)
  expect(refusedPayments(lane.refused())).toEqual([])
  expect(paymentsIn(journal.records).map(({ amount, state }) => [amount, state])).toEqual([
    [3n, 'unpaid'],
    [2n, 'paid'],
  ])
  await lane.close()
})

test('it is watched on while the journal does not take the record of its end', async () => {
  const { journal, port } = await refusedWorld()
  let isFailing = true
  const append = (record: JournalRecord) =>
    isFailing && record.type === 'superseded' ? Promise.reject(new Error('disk')) : journal.append(record)
  const lane = laneOn(port, { journal: { ...journal, append } })
  await lane.open()
  port.spent = 1
  await lane.confirm(6)
  await vi.advanceTimersByTimeAsync(FINAL_MS)
  await lane.confirm(21)
  expect(refusedPayments(lane.refused()).map(({ amount }) => amount)).toEqual([3n])
  isFailing = false
  await lane.confirm(22)
  expect(refusedPayments(lane.refused())).toEqual([])
  expect(journal.records.at(-1)).toMatchObject({
    type: 'superseded',
    reason: expect.stringContaining('spent by') as string,
  })
  await lane.close()
})

test('while the journal records that it is mined all the same, it may yet act, and other readings wait until it is followed', async () => {
  const { journal, port, hash } = await refusedWorld()
  let write = (): void => undefined
  const isWritten = new Promise<void>((resolve) => (write = resolve))
  const append = async (record: JournalRecord) => {
    if (record.type === 'unmined') await isWritten
    await journal.append(record)
  }
  const lane = laneOn(port, { journal: { ...journal, append } })
  await lane.open()
  port.mine(hash)
  const isTopUp = () => ({ mayYetAct: lane.mayYetAct(() => true), inFlight: lane.inFlight().length })
  const readings: { number: number; found: ReturnType<typeof isTopUp> }[] = []
  const read = (number: number) => lane.confirm(number).then(() => readings.push({ number, found: isTopUp() }))
  const both = [read(6), read(7)]
  await vi.advanceTimersByTimeAsync(100)
  expect([isTopUp(), readings]).toEqual([{ mayYetAct: true, inFlight: 0 }, []])
  write()
  await Promise.all(both)
  const found = { mayYetAct: false, inFlight: 1 }
  expect(readings.toSorted((a, b) => a.number - b.number)).toEqual([6, 7].map((number) => ({ number, found })))
  await lane.close()
})

/** A wallet whose top-up of 3 wei a node refused for good in an earlier process. */
async function refusedWorld() {
  const journal = memoryJournal()
  const scripted = scriptedPort({
    broadcast: () => Promise.resolve({ grade: 'final', reason: 'unknown', message: 'insufficient funds' }),
    knows: () => Promise.resolve(false),
    transactionCount: (block) => Promise.resolve(typeof block === 'number' && block < 5 ? 0 : port.spent),
    mined: (hash) =>
      port.isFailing ? Promise.reject(new Error('down')) : Promise.resolve(port.receipts.get(hash) ?? null),
  } satisfies Partial<TransactionPort>)
  const port = Object.assign(scripted, {
    isFailing: false,
    mine(hash: string) {
      port.receipts.set(hash, receiptOf(hash, 5))
      port.spent = 1
    },
  })
  const lane = laneOn(port, { journal })
  const outcome = lane.submit(topUp('alice', 3n)).catch((error: Error) => error.name)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await outcome).toBe('RefusedByNodeError')
  const hash = lane.transactions()[0]?.getSnapshot().context.hash ?? ''
  await lane.close()
  return { journal, port, hash }
}

function journalOf(records: readonly JournalRecord[]) {
  const journal = memoryJournal()
  return { ...journal, load: () => Promise.resolve(records) }
}
