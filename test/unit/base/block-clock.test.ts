import { expect, test } from 'vitest'
import { createBlockClock } from '../../../src/base/block-clock.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

test('block time advances between readings, and a rejection carries its block time', async () => {
  const time = createSimulatedTime({ startMs: 5_000_000, onPass: () => undefined })
  const blockClock = createBlockClock(time.clock)
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
  const blockClock = createBlockClock({ now: () => now, after: () => () => undefined })
  blockClock.see({ number: 7, timestamp: 1_000 })
  now -= 60_000
  expect(blockClock.now()).toBe(1_000)
})
