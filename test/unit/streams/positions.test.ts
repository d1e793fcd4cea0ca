import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Position } from '../../../machines/index.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { ReadError, StaleReadingError } from '../../../src/base/errors.ts'
import { silent } from '../../../src/base/logger.ts'
import { createPositions, type PositionsOptions } from '../../../src/streams/positions.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const at = (number: number): Position => ({
  block: { number, timestamp: number },
  wallet: { address: '0x', balance: 1n },
  ledger: null,
  subAccounts: [],
})

function stream(read: () => Promise<Position>, more: Partial<PositionsOptions> = {}) {
  const accept = vi.fn()
  const positions = createPositions({
    read,
    intervalMs: 30_000,
    blockTimeMs: () => 1_000,
    onBlock: null,
    notBefore: 0,
    prepare: () => Promise.resolve(),
    accept,
    clock: systemClock,
    logger: silent,
    ...more,
  })
  const blocks: number[] = []
  const watch = () => positions.positions$.subscribe(({ block }) => blocks.push(block.number))
  return { ...positions, blocks, watch, accept }
}

/** A chain whose readings the test answers one by one. */
function manualChain() {
  const waiting: { resolve(position: Position): void; reject(error: Error): void }[] = []
  const read = vi.fn(() => new Promise<Position>((resolve, reject) => waiting.push({ resolve, reject })))
  return {
    read,
    async answer(number: number) {
      waiting.shift()?.resolve(at(number))
      await vi.advanceTimersByTimeAsync(0)
    },
    async fail(error: Error) {
      waiting.shift()?.reject(error)
      await vi.advanceTimersByTimeAsync(0)
    },
  }
}

test('the stream reads at once, then every interval, and stops with its last subscriber', async () => {
  let block = 0
  const read = vi.fn(() => Promise.resolve(at((block += 1))))
  const { watch, blocks } = stream(read)
  expect(read).toHaveBeenCalledTimes(0)
  const subscription = watch()
  await vi.advanceTimersByTimeAsync(0)
  expect(blocks).toEqual([1])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(blocks).toEqual([1, 2, 3])
  subscription.unsubscribe()
  await vi.advanceTimersByTimeAsync(120_000)
  expect(read).toHaveBeenCalledTimes(3)
})

test('readings never overlap: nudges during a reading cause one reading after it', async () => {
  const chain = manualChain()
  const { watch, nudge, blocks } = stream(chain.read)
  watch()
  await vi.advanceTimersByTimeAsync(0)
  for (let i = 0; i < 5; i += 1) nudge()
  await vi.advanceTimersByTimeAsync(90_000)
  expect(chain.read).toHaveBeenCalledTimes(1)
  await chain.answer(1)
  expect(chain.read).toHaveBeenCalledTimes(2)
  await chain.answer(2)
  await vi.advanceTimersByTimeAsync(29_999)
  expect(chain.read).toHaveBeenCalledTimes(2)
  expect(blocks).toEqual([1, 2])
})

test('fresh() waits for the current reading, and subscribers receive its position too', async () => {
  const chain = manualChain()
  const { watch, fresh, blocks } = stream(chain.read)
  watch()
  await vi.advanceTimersByTimeAsync(0)
  const position = fresh()
  await vi.advanceTimersByTimeAsync(0)
  expect(chain.read).toHaveBeenCalledTimes(1)
  await chain.answer(7)
  await chain.answer(8)
  expect((await position).block.number).toBe(8)
  expect(blocks).toEqual([7, 8])
})

test('callers join a reading that has not begun, and none that began before their call', async () => {
  const chain = manualChain()
  const { fresh } = stream(chain.read)
  const first = Array.from({ length: 50 }, () => fresh())
  await vi.advanceTimersByTimeAsync(0)
  expect(chain.read).toHaveBeenCalledTimes(1)
  const later = Array.from({ length: 50 }, () => fresh())
  await chain.answer(7)
  await chain.answer(8)
  const blocks = async (all: Promise<Position>[]) => new Set((await Promise.all(all)).map(({ block }) => block.number))
  expect([await blocks(first), await blocks(later)]).toEqual([new Set([7]), new Set([8])])
  expect(chain.read).toHaveBeenCalledTimes(2)
})

test('a reading that began before a receipt came does not show it, whatever block the node names: it is read again', async () => {
  const chain = manualChain()
  const { watch, notBefore, blocks, positions$ } = stream(chain.read)
  watch()
  await vi.advanceTimersByTimeAsync(0)
  await chain.answer(1_000)
  await vi.advanceTimersByTimeAsync(30_000)
  notBefore(8)
  await chain.answer(1_001)
  expect([blocks, chain.read.mock.calls.length]).toEqual([[1_000], 3])
  await chain.answer(1_002)
  expect([blocks, chain.read.mock.calls.length, positions$.status.dropped]).toEqual([[1_000, 1_002], 3, 0])
})

test('a position that began before a receipt came is not shared', async () => {
  const chain = manualChain()
  const { fresh, sharing, notBefore } = stream(chain.read)
  const read = sharing()
  const first = fresh()
  await vi.advanceTimersByTimeAsync(0)
  await chain.answer(1_000)
  await first
  notBefore(8)
  const shared = read()
  await vi.advanceTimersByTimeAsync(0)
  await chain.answer(1_001)
  expect((await shared).block.number).toBe(1_001)
})

test('one dropped reading is no outage, however long it took, and the second one is', async () => {
  const chain = manualChain()
  const onFailure = vi.fn()
  const { watch, notBefore } = stream(chain.read, { intervalMs: 100, onFailure })
  watch()
  await vi.advanceTimersByTimeAsync(0)
  await chain.answer(7)
  await vi.advanceTimersByTimeAsync(5_000)
  notBefore(9)
  await chain.answer(8)
  await vi.advanceTimersByTimeAsync(5_000)
  await chain.answer(8)
  expect(onFailure.mock.calls).toMatchObject([[{ isOutage: false, failures: 1 }], [{ isOutage: true, failures: 2 }]])
})

test('callers that share a reading share its failure, and the next caller reads anew', async () => {
  const chain = manualChain()
  const { fresh } = stream(chain.read)
  const outcomes = Promise.allSettled([fresh(), fresh()])
  await vi.advanceTimersByTimeAsync(0)
  await chain.fail(new ReadError('gone', {}))
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const next = fresh()
  await vi.advanceTimersByTimeAsync(0)
  await chain.answer(9)
  expect((await next).block.number).toBe(9)
  expect(chain.read).toHaveBeenCalledTimes(2)
})

test('subscribers share one reading, and a late subscriber gets the newest position at once', async () => {
  const read = vi.fn(() => Promise.resolve(at(5)))
  const { watch, blocks } = stream(read)
  watch()
  await vi.advanceTimersByTimeAsync(0)
  watch()
  expect(blocks).toEqual([5, 5])
  expect(read).toHaveBeenCalledTimes(1)
})

test('a reading older than an accepted one or than the last receipt is dropped, counted and soon read again', async () => {
  const answers = [5, 4, 6, 7, 9]
  const read = vi.fn(() => Promise.resolve(at(answers.shift() ?? 9)))
  const { watch, blocks, notBefore, positions$, accept } = stream(read)
  watch()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(blocks).toEqual([5])
  expect(positions$.status).toMatchObject({ block: 5, failures: 1, dropped: 1, error: expect.any(StaleReadingError) })
  await vi.advanceTimersByTimeAsync(500)
  expect(blocks).toEqual([5, 6])
  notBefore(8)
  await vi.advanceTimersByTimeAsync(30_500)
  expect(blocks).toEqual([5, 6, 9])
  expect(accept.mock.calls.map(([position]) => (position as Position).block.number)).toEqual([5, 6, 9])
  expect(positions$.status).toMatchObject({ block: 9, failures: 0, error: null, dropped: 2 })
})

test('the stream retries failed readings with exponential back-off, shows them in status and log, and never ends', async () => {
  const chain = manualChain()
  const warn = vi.fn()
  const { watch, blocks, positions$ } = stream(chain.read, { logger: { ...silent, warn } })
  watch()
  await vi.advanceTimersByTimeAsync(0)
  const rests: number[] = []
  for (const restMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    await chain.fail(new ReadError('gone', {}))
    const calls = chain.read.mock.calls.length
    await vi.advanceTimersByTimeAsync(restMs - 1)
    expect(chain.read).toHaveBeenCalledTimes(calls)
    await vi.advanceTimersByTimeAsync(1)
    expect(chain.read).toHaveBeenCalledTimes(calls + 1)
    rests.push(restMs)
  }
  expect(positions$.status).toMatchObject({ failures: 7, error: expect.any(ReadError), block: null })
  expect(warn).toHaveBeenCalledTimes(7)
  await chain.answer(3)
  expect(blocks).toEqual([3])
  expect(positions$.status).toMatchObject({ block: 3, failures: 0, error: null, dropped: 0 })
})

test('the stream reads on each block that the provider announces', async () => {
  let announce: (block: number) => void = () => undefined
  const off = vi.fn()
  let block = 0
  const read = vi.fn(() => Promise.resolve(at((block += 1))))
  const { watch, blocks } = stream(read, {
    onBlock: (listener) => {
      announce = listener
      return off
    },
  })
  const subscription = watch()
  await vi.advanceTimersByTimeAsync(0)
  announce(2)
  await vi.advanceTimersByTimeAsync(0)
  expect(blocks).toEqual([1, 2])
  subscription.unsubscribe()
  expect(off).toHaveBeenCalledTimes(1)
})

test('close() ends the stream and drops the current reading', async () => {
  const chain = manualChain()
  const { positions$, close, blocks, watch, accept } = stream(chain.read)
  const complete = vi.fn()
  positions$.subscribe({ complete })
  watch()
  await vi.advanceTimersByTimeAsync(0)
  close()
  await chain.answer(1)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(blocks).toEqual([])
  expect(accept).toHaveBeenCalledTimes(0)
  expect(complete).toHaveBeenCalledTimes(1)
  expect(chain.read).toHaveBeenCalledTimes(1)
})

test('fresh() reads again until the node has caught up', async () => {
  const answers = [3, 4, 9]
  const { fresh, notBefore } = stream(() => Promise.resolve(at(answers.shift() ?? 9)))
  notBefore(8)
  const position = fresh()
  await vi.advanceTimersByTimeAsync(2_000)
  expect((await position).block.number).toBe(9)
})

test('fresh() reads again without delay each time a receipt overtakes the reading', async () => {
  const chain = manualChain()
  const { fresh, notBefore } = stream(chain.read)
  const position = fresh()
  await vi.advanceTimersByTimeAsync(0)
  notBefore(3)
  await chain.answer(2)
  notBefore(4)
  await chain.answer(3)
  await chain.answer(4)
  expect(await position).toEqual(at(4))
  expect(chain.read).toHaveBeenCalledTimes(3)
})

test('the stream accepts no reading older than the block at which the chain was opened', async () => {
  const answers = [4, 5]
  const { watch, blocks, positions$ } = stream(() => Promise.resolve(at(answers.shift() ?? 5)), { notBefore: 5 })
  watch()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(blocks).toEqual([5])
  expect(positions$.status.dropped).toBe(1)
})

test('a position is dropped when a receipt came during prepare()', async () => {
  const block = { number: 5 }
  const { watch, blocks, notBefore } = stream(() => Promise.resolve(at(block.number)), {
    prepare: () => {
      if (block.number === 5) notBefore((block.number = 6))
      return Promise.resolve()
    },
  })
  watch()
  await vi.advanceTimersByTimeAsync(0)
  expect(blocks).toEqual([])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(blocks).toEqual([6])
})

test('one absurd block number is dropped with both blocks, and the stream goes on', async () => {
  const absurd = { ...at(6), block: { number: 1_000_000_005, timestamp: 6 } }
  const answers = [at(5), absurd, at(6)]
  const { watch, blocks, positions$ } = stream(() => Promise.resolve(answers.shift() ?? at(6)))
  watch()
  await vi.advanceTimersByTimeAsync(30_000)
  expect([blocks, positions$.status]).toMatchObject([
    [5],
    {
      block: 5,
      failures: 1,
      dropped: 1,
      error: expect.objectContaining({ facts: { answered: 'block 1000000005', 'last reading': 'block 5' } }) as Error,
    },
  ])
  await vi.advanceTimersByTimeAsync(500)
  expect([blocks, positions$.status]).toMatchObject([[5, 6], { block: 6, failures: 0, dropped: 1, error: null }])
})

test('an absurd head at the opening is given up once the chain proves its real head', async () => {
  const started = Date.now()
  const head = () => at(100 + Math.floor((Date.now() - started) / 1_000))
  const { watch, blocks, positions$ } = stream(() => Promise.resolve(head()), { notBefore: 1_000_000_000 })
  watch()
  await vi.advanceTimersByTimeAsync(2_900)
  expect([blocks, positions$.status.error]).toEqual([
    [],
    expect.objectContaining({ facts: { answered: 'block 102', 'at least': 'block 1000000000' } }),
  ])
  await vi.advanceTimersByTimeAsync(200)
  expect(blocks).toEqual([103])
  expect(positions$.status).toMatchObject({ block: 103, failures: 0, error: null })
})

test('a block time that jumps is dropped, counted and soon read again', async () => {
  const soon = Math.floor(Date.now() / 1_000) + 3_600
  const answers = [at(5), { ...at(6), block: { number: 6, timestamp: soon } }, at(7)]
  const { watch, blocks, positions$ } = stream(() => Promise.resolve(answers.shift() ?? at(7)))
  watch()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(positions$.status).toMatchObject({ block: 5, failures: 1, dropped: 1, error: { name: 'ReadError' } })
  await vi.advanceTimersByTimeAsync(500)
  expect(blocks).toEqual([5, 7])
})

test('the status says how old the newest position is, for how long readings fail, and the interval', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  let fails = false
  const read = () => (fails ? Promise.reject(new Error('away')) : Promise.resolve(at(1)))
  const { watch, positions$ } = stream(read)
  const ages = () => {
    const { ageMs, failingForMs, intervalMs } = positions$.status
    return { ageMs, failingForMs, intervalMs }
  }
  expect(ages()).toEqual({ ageMs: null, failingForMs: null, intervalMs: 30_000 })
  watch()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(ages()).toEqual({ ageMs: 10_000, failingForMs: null, intervalMs: 30_000 })
  fails = true
  await vi.advanceTimersByTimeAsync(30_000)
  expect(ages()).toEqual({ ageMs: 40_000, failingForMs: 10_000, intervalMs: 30_000 })
})

test('a position that is still what it was is taken without being read, and read where that is not known or an error says so', async () => {
  const looks = [null, at(2), null, new Error('away'), at(9)]
  const read = vi.fn(() => Promise.resolve(at(4)))
  const look = vi.fn(() => {
    const answer = looks.shift() ?? null
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  })
  const { watch, blocks, accept, positions$ } = stream(read, { look, prepare: () => null })
  read.mockResolvedValueOnce(at(1))
  watch()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([blocks, read.mock.calls.length]).toEqual([[1, 2, 4], 2])
  await vi.advanceTimersByTimeAsync(30_000)
  expect(positions$.status).toMatchObject({ block: 4, failures: 1, error: { message: 'away' } })
  await vi.advanceTimersByTimeAsync(1_000)
  expect([blocks, read.mock.calls.length, look.mock.calls.length]).toEqual([[1, 2, 4, 9], 2, 5])
  expect(accept.mock.calls.map(([position]) => (position as Position).block.number)).toEqual(blocks)
})

test('a receipt that comes during such a question has the position read anew', async () => {
  const answers: ((position: Position | null) => void)[] = []
  const look = () => new Promise<Position | null>((resolve) => answers.push(resolve))
  const { watch, blocks, notBefore } = stream(() => Promise.resolve(at(6)), { look, prepare: () => null })
  watch()
  await vi.advanceTimersByTimeAsync(0)
  notBefore(4)
  answers.shift()?.(at(5))
  await vi.advanceTimersByTimeAsync(0)
  expect(blocks).toEqual([])
  answers.shift()?.(null)
  await vi.advanceTimersByTimeAsync(0)
  expect(blocks).toEqual([6])
})
