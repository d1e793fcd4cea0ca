import fc from 'fast-check'
import { expect, test } from 'vitest'
import { burnOf, BURN_WINDOW, type Burn, type Fall } from '../../../machines/index.ts'

const HOUR = 3_600
const NOW = 10 * HOUR

const falls: fc.Arbitrary<Fall[]> = fc.array(
  fc.record({
    at: fc.integer({ min: NOW - BURN_WINDOW - HOUR, max: NOW }),
    seconds: fc.integer({ min: 0, max: HOUR }),
    // Of one size, or some far larger than the others.
    burnt: fc.oneof(fc.constant(0n), fc.bigInt(1n, 9n), fc.bigInt(1n, 9n), fc.bigInt(1n, 10n ** 19n)),
  }),
  { maxLength: 40 },
)

test('the burn is the sum of the falls of six hours, each cut to four times the median charge, over their time', () => {
  fc.assert(
    fc.property(falls, (all) => {
      expect(burnOf(all, NOW)).toEqual(definition(all))
    }),
    { numRuns: 1_000 },
  )
})

function definition(all: readonly Fall[]): Burn {
  const recent = all.filter(({ at }) => NOW - at <= BURN_WINDOW)
  const [last, earlier] = [true, false].map((isLast) => recent.filter(({ at }) => NOW - at < HOUR === isLast))
  const charged = recent.map(({ burnt }) => burnt).filter((burnt) => burnt > 0n)
  const measured = {
    lastHour: sum((last ?? []).map(({ burnt }) => burnt)),
    charges: (last ?? []).filter(({ burnt }) => burnt > 0n).map(({ at, burnt }) => ({ at, burnt })),
    at: NOW,
  }
  const seconds = secondsOf(recent)
  if (charged.length < 3 || seconds < 60) return { rate: null, usual: null, ...measured }
  const sorted = charged.toSorted((a, b) => (a < b ? -1 : 1))
  const most = 4n * (sorted[Math.floor(sorted.length / 2)] ?? 0n)
  const usual = sum((earlier ?? []).map(({ burnt }) => burnt))
  return {
    rate: (3_600n * sum(charged.map((burnt) => (burnt < most ? burnt : most)))) / BigInt(seconds),
    usual: secondsOf(earlier ?? []) < HOUR || usual === 0n ? null : (3_600n * usual) / BigInt(secondsOf(earlier ?? [])),
    ...measured,
  }
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n)

const secondsOf = (some: readonly Fall[]): number => some.reduce((total, { seconds }) => total + seconds, 0)
