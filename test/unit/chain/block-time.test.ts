import { expect, test } from 'vitest'
import { createBlockTime } from '../../../src/chain/block-time.ts'

function timeOf(...blocks: (readonly [number, number])[]): number {
  const time = createBlockTime()
  for (const [number, timestamp] of blocks) time.add({ number, timestamp })
  return time.ms()
}

test('the block time is the median of the gaps per block', () => {
  expect([timeOf(), timeOf([1, 100])]).toEqual([1_000, 1_000])
  expect(timeOf([1, 100], [21, 110])).toBe(500)
  expect(timeOf([1, 100], [3, 104], [4, 106], [4, 106], [3, 104], [14, 126])).toBe(2_000)
})

test('a halt of an hour does not change the block time', () => {
  expect(timeOf([1, 100], [21, 120], [22, 3_720], [23, 3_721])).toBe(1_000)
})

test('an absurd block number or time does not change the block time', () => {
  expect(timeOf([1, 100], [1_000_000_001, 101], [2, 102], [3, 104], [4, 106])).toBe(2_000)
  expect(timeOf([1, 100], [2, 101], [3, 315_360_103], [4, 103], [5, 104])).toBe(1_000)
})
