import { expect, test } from 'vitest'
import { createRecentSet } from '../../../src/base/recent-set.ts'

test('a recent set keeps as many members as it may, the newest ones', () => {
  const set = createRecentSet<number>(3)
  const added = [1, 2, 1, 3, 4].map((member) => set.add(member))
  expect(added).toEqual([true, true, false, true, true])
  expect([set.size, [1, 2, 3, 4].map((member) => set.has(member))]).toEqual([3, [true, false, true, true]])
})

test('however many members come, the set grows no further', () => {
  const set = createRecentSet<number>(1_000)
  for (let member = 0; member < 50_000; member += 1) set.add(member)
  expect([set.size, set.has(49_000), set.has(48_999)]).toEqual([1_000, true, false])
})
