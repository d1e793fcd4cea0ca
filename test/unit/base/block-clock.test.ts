import { expect, test } from 'vitest'
import { steadyClock, type Clock } from '../../../src/base/clock.ts'
import { createBlockClock } from '../../../src/base/block-clock.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

test('block time advances between readings, and a rejection carries its block time', async () => {
  const time = createSimulatedTime({ startMs: 5_000_000, onPass: () => undefined })
  const blockClock = createBlockClock(time.clock, { intervalMs: 30_000 })
  blockClock.see({ number: 7, timestamp: 1_000 })
  expect(blockClock.now()).toBe(1_000)
  await time.passTo(5_090_200)
  expect(blockClock.now()).toBe(1_091)
  await expect(blockClock.dated(Promise.reject(new Error('no')))).rejects.toMatchObject({ message: 'no', at: 1_091 })
  await expect(blockClock.dated(Promise.resolve('yes'))).resolves.toBe('yes')
  blockClock.see({ number: 8, timestamp: 1_095 })
  expect(blockClock.now()).toBe(1_095)
})

test('block time does not go back when the machine clock is set back', async () => {
  let now = 5_000_000
  const blockClock = createBlockClock({ now: () => now }, { intervalMs: 30_000 })
  blockClock.see({ number: 7, timestamp: 1_000 })
  now -= 60_000
  expect(blockClock.now()).toBe(1_000)
})

test('block time stops four intervals after a reading, wherever the machine clock leaps', () => {
  let now = 5_000_000
  const blockClock = createBlockClock({ now: () => now }, { intervalMs: 30_000 })
  blockClock.see({ number: 7, timestamp: 1_000 })
  const times = [119_500, 120_000, 10 * 365 * 86_400_000].map((ms) => {
    now = 5_000_000 + ms
    return blockClock.now()
  })
  expect(times).toEqual([1_120, 1_120, 1_120])
})

test('a steady clock goes by what elapses, wherever the wall clock leaps', () => {
  let [wall, elapsed] = [5_000_000, 70.5]
  const machine: Clock = { now: () => wall, after: () => () => undefined, elapsed: () => elapsed }
  const clock = steadyClock(machine)
  wall += 10 ** 11
  elapsed += 1_000
  expect(clock.now()).toBe(5_001_000)
  wall -= 10 ** 12
  elapsed += 0.5
  expect(clock.now()).toBe(5_001_000)
})
