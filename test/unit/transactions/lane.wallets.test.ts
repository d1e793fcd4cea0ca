import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TransactionPort } from '../../../src/chain/port.ts'
import { RefusedError } from '../../../src/base/not-sent-errors.ts'
import { silent, type Logger } from '../../../src/base/logger.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { deposit, laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const HASH = `0x${'ab'.repeat(32)}`

/** A lane with a wallet that signs only by sending. */
function wallet(send: TransactionPort['send']) {
  const port = scriptedPort({ sign: null, send })
  const journal = memoryJournal()
  const lane = laneOn(port, { journal })
  return {
    port,
    lane,
    journal,
    kinds: () => journal.records.map(({ type }) => type),
    states: () => lane.transactions().map((actor) => actor.getSnapshot().value),
    idOf: () => lane.transactions()[0]?.getSnapshot().context.id ?? '',
  }
}

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error) => error.name,
  )

test('a wallet that signs by sending is asked once, after the intent is recorded, and the journal gets its hash', async () => {
  const seen: unknown[] = []
  const { port, lane, journal, kinds, states } = wallet((call, options) => {
    seen.push(kinds(), call.method, options)
    return Promise.resolve(HASH)
  })
  const mined = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(0)
  const fees = { maxFeePerGas: 30n, maxPriorityFeePerGas: 10n }
  expect(seen).toEqual([['prepared'], 'depositFund', { nonce: 0, gasLimit: 140_000n, fees }])
  expect([journal.records.at(-1), states()]).toEqual([
    { type: 'sent', id: expect.stringMatching(/^0-/) as string, hash: HASH },
    ['broadcast'],
  ])
  port.receipts.set(HASH, receiptOf(HASH, 5))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await mined).toMatchObject({ transactionHash: HASH, success: true })
  // The lane has no signed bytes to send again.
  expect([seen.length, port.sent]).toEqual([3, []])
  await lane.close()
})

test('a payment counts once while the wallet is asked to send it', async () => {
  const alice = { provider: 'alice', serviceType: 'inference' as const }
  const { lane } = wallet(() => new Promise(() => undefined))
  lane.submit({ ...deposit(), subAccount: alice, touches: [alice], decidedAt: 7 }).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(0)
  expect([lane.payments(), lane.inFlight().length]).toEqual([[{ ...alice, amount: 1n, at: Infinity }], 1])
  await lane.close()
})

test('an intent that the wallet refuses is superseded, and its nonce is the next one again', async () => {
  let refuses = true
  const { lane, states, kinds } = wallet(() =>
    refuses ? Promise.reject(new RefusedError('The user rejected it.')) : Promise.resolve(HASH),
  )
  await expect(lane.submit(deposit())).rejects.toThrow('The user rejected it.')
  expect([kinds(), states(), lane.inFlight()]).toEqual([['prepared', 'superseded'], ['superseded'], []])
  refuses = false
  lane.submit(deposit()).catch(() => undefined)
  await vi.advanceTimersByTimeAsync(0)
  expect(lane.transactions().map((actor) => actor.getSnapshot().context.nonce)).toEqual([0, 0])
  await lane.close()
})

test('an intent whose sending fails otherwise stays open, and is resolved with its hash', async () => {
  const { port, lane, states, kinds, idOf } = wallet(() => Promise.reject(new Error('the window was closed')))
  await expect(lane.submit(deposit())).rejects.toMatchObject({ name: 'UnresolvedIntentError' })
  expect(lane.inFlight().map(({ unresolved }) => unresolved)).toEqual([true])
  for (const hash of ['', '0xab', `${HASH}00`, `1${HASH}`, HASH.replace('a', 'g')])
    expect(await outcomeOf(lane.resolve(idOf(), { hash }))).toBe('InvalidInputError')
  await expect(lane.resolve('unknown', 'not-sent')).rejects.toThrow('There is no open intent of this id.')
  await expect(lane.resolve(idOf(), { hash: '0xab' })).rejects.toThrow('This is not a transaction hash.')
  expect(kinds()).toEqual(['prepared'])
  await lane.resolve(idOf(), { hash: HASH })
  expect([kinds(), states()]).toEqual([['prepared', 'sent'], ['broadcast']])
  // Once it has a hash, the chain shows its outcome.
  await expect(lane.resolve(idOf(), 'not-sent')).rejects.toThrow('This intent was sent; it is followed to its end.')
  port.receipts.set(HASH, receiptOf(HASH, 5))
  await vi.advanceTimersByTimeAsync(10_000)
  expect([states(), lane.inFlight()]).toEqual([['mined'], []])
  await lane.close()
})

test('an intent that was not sent is superseded once the user says so', async () => {
  const { lane, states, journal, idOf } = wallet(() => Promise.reject(new Error('the window was closed')))
  const waited = outcomeOf(lane.submit(deposit()))
  await vi.advanceTimersByTimeAsync(0)
  expect(await waited).toBe('UnresolvedIntentError')
  await lane.resolve(idOf(), 'not-sent')
  expect([states(), lane.inFlight(), journal.records.at(-1)]).toEqual([
    ['superseded'],
    [],
    { type: 'superseded', id: idOf(), reason: 'resolved by hand: it was not sent' },
  ])
  await lane.close()
})

test('this process knows a hash that the journal cannot record', async () => {
  const inner = memoryJournal()
  const append = (record: JournalRecord) =>
    record.type === 'sent' ? Promise.reject(new Error('no space left')) : inner.append(record)
  const port = scriptedPort({ sign: null, send: () => Promise.resolve(HASH) })
  const lane = laneOn(port, { journal: { ...inner, append } })
  const mined = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(0)
  expect(lane.inFlight().map(({ unresolved }) => unresolved)).toEqual([false])
  port.receipts.set(HASH, receiptOf(HASH, 5))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await mined).toMatchObject({ transactionHash: HASH, success: true })
  await lane.close()
})

/** A wallet that answers its first request when the test says so, and the others at once. */
function slowWallet() {
  let answer: { resolve: (hash: string) => void; reject: (error: Error) => void } | undefined
  const others: string[] = []
  const port = scriptedPort({
    sign: null,
    send: (_, { nonce }) => {
      if (!answer) return new Promise((resolve, reject) => (answer = { resolve, reject }))
      const hash = `0x${nonce.toString(16).padStart(64, 'c')}`
      others.push(hash)
      return Promise.resolve(hash)
    },
  })
  const lane = laneOn(port, { sendTimeoutMs: 5_000 })
  return {
    port,
    lane,
    others,
    answer: () => answer,
    states: () => lane.transactions().map((one) => one.getSnapshot().value),
  }
}

test('a wallet that does not answer leaves that intent alone unresolved, and the others go on', async () => {
  const { port, lane, others, answer, states } = slowWallet()
  const hung = outcomeOf(lane.submit(deposit()))
  await vi.advanceTimersByTimeAsync(1_000)
  const next = lane.submit(deposit())
  await vi.advanceTimersByTimeAsync(4_000)
  expect(await hung).toBe('UnresolvedIntentError')
  await vi.advanceTimersByTimeAsync(10)
  const [hash = ''] = others
  port.receipts.set(hash, receiptOf(hash, 5))
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await next).toMatchObject({ transactionHash: hash, success: true })
  expect(lane.inFlight().map(({ unresolved }) => unresolved)).toEqual([true])
  // The person comes back and confirms: the hash is followed as any other.
  answer()?.resolve(HASH)
  port.receipts.set(HASH, receiptOf(HASH, 6))
  await vi.advanceTimersByTimeAsync(10_000)
  expect([states(), lane.inFlight()]).toEqual([['mined', 'mined'], []])
  await lane.close()
})

test('a refusal after the time limit ends the intent that was unresolved until then', async () => {
  const { lane, answer, states } = slowWallet()
  const hung = outcomeOf(lane.submit(deposit()))
  await vi.advanceTimersByTimeAsync(5_000)
  expect([await hung, states()]).toEqual(['UnresolvedIntentError', ['prepared']])
  answer()?.reject(new RefusedError('The user rejected it.'))
  await vi.advanceTimersByTimeAsync(0)
  expect([states(), lane.inFlight()]).toEqual([['superseded'], []])
  await lane.close()
})

test('a refusal after the user named the hash does not end the intent: it was sent, and is followed', async () => {
  const { port, lane, answer, states } = slowWallet()
  const hung = outcomeOf(lane.submit(deposit()))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await hung).toBe('UnresolvedIntentError')
  await lane.resolve(lane.transactions()[0]?.getSnapshot().context.id ?? '', { hash: HASH })
  answer()?.reject(new RefusedError('The connection to the wallet ended.'))
  await vi.advanceTimersByTimeAsync(0)
  expect([states(), lane.inFlight()]).toMatchObject([['broadcast'], [{ unresolved: false }]])
  port.receipts.set(HASH, receiptOf(HASH, 6))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(states()).toEqual(['mined'])
  await lane.close()
})

test('a hash that comes after the user said "not sent" is logged as an error', async () => {
  const error = vi.fn<Logger['error']>()
  const port = scriptedPort({ sign: null, send: () => new Promise((resolve) => (late = resolve)) })
  let late: (hash: string) => void = () => undefined
  const lane = laneOn(port, { sendTimeoutMs: 5_000, logger: { ...silent, error } })
  const hung = outcomeOf(lane.submit(deposit()))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await hung).toBe('UnresolvedIntentError')
  const id = lane.transactions()[0]?.getSnapshot().context.id ?? ''
  await lane.resolve(id, 'not-sent')
  late(HASH)
  await vi.advanceTimersByTimeAsync(0)
  expect(error.mock.calls).toEqual([[{ id, hash: HASH }, expect.stringContaining('resolved as not sent')]])
  await lane.close()
})
