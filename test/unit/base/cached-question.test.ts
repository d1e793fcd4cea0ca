import { expect, test, vi } from 'vitest'
import { createCachedQuestion } from '../../../src/base/cached-question.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

/** A question whose answers are good for a minute, answered when a test says so. */
function setup() {
  const time = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const waiting: { resolve(answer: string): void; reject(error: Error): void }[] = []
  const query = vi.fn((_about: string) => new Promise<string>((resolve, reject) => waiting.push({ resolve, reject })))
  const onLate = vi.fn()
  const question = createCachedQuestion({ query, goodForMs: () => 60_000, onLate, clock: time.clock })
  return {
    question,
    onLate,
    passTo: time.passTo,
    queries: () => query.mock.calls.map(([about]) => about),
    async answer(answer: string | Error) {
      const one = waiting.shift()
      if (answer instanceof Error) one?.reject(answer)
      else one?.resolve(answer)
      await time.settled()
    },
    /** Whether `refresh` has returned, by now. */
    refreshing(about: string) {
      const returned = vi.fn()
      void question.refresh(about)?.then(returned)
      return returned
    },
  }
}

test('simultaneous callers share one query, about what the first of them asked', async () => {
  const { question, queries, answer } = setup()
  const answers = [question.ask('a'), question.ask('b'), question.ask('c')]
  await answer('yes')
  expect(await Promise.all(answers)).toEqual(['yes', 'yes', 'yes'])
  expect(queries()).toEqual(['a'])
})

test('an answer is fresh for its time to live, and the next caller after that asks again', async () => {
  const { question, queries, answer, passTo } = setup()
  expect([question.fresh(), question.last()]).toEqual([null, null])
  void question.ask('a')
  await answer('yes')
  await passTo(59_999)
  expect([await question.ask('b'), question.fresh(), question.last()]).toEqual(['yes', 'yes', 'yes'])
  await passTo(60_000)
  expect([question.fresh(), question.last()]).toEqual([null, 'yes'])
  const again = question.ask('c')
  await answer('no')
  expect([await again, question.fresh(), queries()]).toEqual(['no', 'no', ['a', 'c']])
})

test('a failure rejects for each caller, leaves the stale answer, and the next caller asks again', async () => {
  const { question, queries, answer, passTo } = setup()
  void question.ask('a')
  await answer('yes')
  await passTo(60_000)
  const failing = [question.ask('b'), question.ask('c')].map((one) => one.catch((error: unknown) => String(error)))
  await answer(new Error('down'))
  expect(await Promise.all(failing)).toEqual(['Error: down', 'Error: down'])
  expect([question.fresh(), question.last()]).toEqual([null, 'yes'])
  void question.ask('d')
  await answer('no')
  expect([question.last(), queries()]).toEqual(['no', ['a', 'b', 'd']])
})

test('a query that throws at once rejects as well', async () => {
  const { clock } = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const query = (): string => {
    throw new Error('down')
  }
  const question = createCachedQuestion({ query, goodForMs: () => 60_000, clock })
  await expect(question.ask()).rejects.toThrow('down')
  expect(await question.refresh()).toBeUndefined()
})

test('a reading waits for an answer half a second at most, each reading for itself', async () => {
  const { refreshing, queries, passTo } = setup()
  const first = refreshing('a')
  await passTo(400)
  const second = refreshing('b')
  await passTo(499)
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 0])
  await passTo(500)
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 0])
  await passTo(900)
  expect([second.mock.calls.length, queries()]).toEqual([1, ['a']])
})

test('a reading does not wait where the answer is fresh, and goes on at once when the query fails', async () => {
  const { question, refreshing, queries, answer, passTo } = setup()
  const failing = refreshing('a')
  await answer(new Error('down'))
  expect(failing).toHaveBeenCalledOnce()
  void question.ask('b')
  await answer('yes')
  await passTo(59_999)
  expect([question.refresh('c'), queries()]).toEqual([null, ['a', 'b']])
})

test('a first answer that comes after a reading stopped waiting calls onLate once, however many readings stopped', async () => {
  const { refreshing, onLate, answer, passTo } = setup()
  refreshing('a')
  await passTo(500)
  refreshing('b')
  await passTo(1_000)
  expect(onLate).not.toHaveBeenCalled()
  await answer('yes')
  expect(onLate).toHaveBeenCalledOnce()
})

test.each([
  ['in time', 499],
  ['late', 500],
])('neither a later answer calls onLate, nor the first one after an attempt that failed %s', async (_, ms) => {
  const { question, refreshing, onLate, answer, passTo } = setup()
  refreshing('a')
  await passTo(ms)
  await answer(new Error('down'))
  void question.ask('b')
  await answer('yes')
  expect(onLate).not.toHaveBeenCalled()
  await passTo(120_000)
  refreshing('c')
  await passTo(120_500)
  await answer('no')
  expect([question.last(), onLate.mock.calls.length]).toEqual(['no', 0])
})

test('an answer in doubt stays fresh for no longer than the caller says, and never longer than before', async () => {
  const { question, answer, passTo } = setup()
  question.expireWithin(10_000)
  void question.ask('a')
  await answer('yes')
  question.expireWithin(90_000)
  await passTo(50_000)
  question.expireWithin(10_000)
  expect(question.fresh()).toBe('yes')
  question.expireWithin(5_000)
  await passTo(55_000)
  expect([question.fresh(), question.last()]).toEqual([null, 'yes'])
})

test('an answer that is good for nothing is asked for each time, and still shared', async () => {
  const { clock } = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  let count = 0
  const question = createCachedQuestion({ query: () => (count += 1), goodForMs: () => 0, clock })
  expect(await Promise.all([question.ask(), question.ask()])).toEqual([1, 1])
  expect([await question.ask(), question.fresh(), question.last()]).toEqual([2, null, 2])
})
