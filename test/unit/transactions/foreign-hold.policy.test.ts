import { expect, test } from 'vitest'
import { holdAfter, isHolding, msUntilQuiet, type ForeignHold } from '../../../src/transactions/foreign-hold.policy.ts'

/** A reading at a block, a second later for each block. */
const at = (number: number, timestamp = number, ms = timestamp * 1_000, blockTimeMs = 1_000) => ({
  number,
  timestamp,
  ms,
  blockTimeMs,
})

/** Whether what pays is held after each reading; `!` marks those that show a new foreign transaction. */
function holdsAfter(readings: readonly (number | `${number}!`)[]): boolean[] {
  let hold: ForeignHold | null = null
  return readings.map((reading) => {
    hold = holdAfter(hold, at(Number.parseInt(String(reading), 10)), String(reading).endsWith('!'))
    return isHolding(hold)
  })
}

test('what pays is held until three blocks went by without a foreign transaction', () => {
  expect(holdsAfter([1, '2!', 3, 4, 5, 6])).toEqual([false, true, true, true, false, false])
  expect(holdsAfter(['2!', 3, '4!', 5, 6, 7])).toEqual([true, true, true, true, true, false])
})

test('a program that never rests holds five times in a row, and again only after a quiet reading', () => {
  const busy = [1, 2, 3, 4, 5, 6, 7].map((block) => `${block}!` as const)
  expect(holdsAfter(busy)).toEqual([true, true, true, true, true, false, false])
  expect(holdsAfter([...busy, 10, '11!'])).toEqual([true, true, true, true, true, false, false, false, true])
  // Readings that are far apart do not make such a program look as if it rested.
  expect(holdsAfter(['10!', '40!', '70!', '100!', '130!', '160!'])).toEqual([true, true, true, true, true, false])
})

test('fast blocks are waited for a second, slow ones for thirty, and where no block comes for the time of six', () => {
  const hold = { last: at(10, 100), inARow: 1 }
  const slow = (timestamp: number) => at(11, timestamp, timestamp * 1_000, 20_000)
  expect({
    fast: holdAfter(hold, at(50, 100), false),
    second: holdAfter(hold, at(50, 101), false),
    slow: holdAfter(hold, slow(129), false),
    late: holdAfter(hold, slow(130), false),
    still: holdAfter(hold, at(10, 100, 105_999), false),
    long: holdAfter(hold, at(10, 100, 106_000), false),
  }).toEqual({ fast: hold, second: null, slow: hold, late: null, still: hold, long: null })
})

test('the next reading is due when the wallet may be quiet', () => {
  const hold = { last: at(10), inARow: 1 }
  expect([
    msUntilQuiet(hold, at(10, 10, 10, 2_000)),
    msUntilQuiet(hold, at(12, 12, 12, 2_000)),
    msUntilQuiet(hold, at(14, 14, 14, 2_000)),
    msUntilQuiet(hold, at(10, 10, 10, 10)),
    msUntilQuiet(hold, at(10, 10, 10, 60_000)),
  ]).toEqual([6_000, 2_000, 2_000, 1_000, 30_000])
})
