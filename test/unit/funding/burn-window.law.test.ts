import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BURN_WINDOW, burnOf, type Burn, type Fall } from '../../../machines/index.ts'
import { BurnWindow } from '../../../src/funding/burn-window.ts'

const HOUR = 3_600
const MOST_FALLS = 1_000
const QUIET_SECONDS = 600

/** Of one size, or some far larger than the others. */
const burnt = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0n) },
  { weight: 3, arbitrary: fc.bigInt(1n, 9n) },
  { weight: 2, arbitrary: fc.constantFrom(40n, 1_000n) },
  { weight: 1, arbitrary: fc.bigInt(1n, 10n ** 19n) },
)
/** Also on the minute, so that falls are exactly an hour and exactly six hours old. */
const after = fc.oneof(
  fc.constantFrom(60, 600, 1_200, 1_800, HOUR),
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 1, max: HOUR }),
)
const fall = fc.record({ after, burnt })
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('fall' as const), fall }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('burn' as const),
        later: fc.oneof(fc.constantFrom(0, 600, HOUR), fc.integer({ min: 0, max: HOUR })),
      }),
    },
    // A block time that was wrong, or the reading of another node.
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('burn' as const),
        later: fc.integer({ min: -8 * HOUR, max: 8 * HOUR }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('back' as const), by: fc.integer({ min: 1, max: 2 * HOUR }) }),
    },
  ),
  { maxLength: 80 },
)

test('a burn that was counted fall by fall is the burn of the falls', () => {
  fc.assert(
    fc.property(fc.array(fall, { maxLength: 30 }), fc.boolean(), steps, (first, isShuffled, all) => {
      const begun = fallsFrom(first)
      const learnt = isShuffled ? begun.toReversed() : begun
      const window = new BurnWindow(learnt)
      let falls: readonly Fall[] = learnt
      let now = begun.at(-1)?.at ?? 0
      for (const step of all) {
        if (step.kind === 'burn')
          expect(shown(window.burnAt(now + step.later))).toEqual(burnOf(falls, now + step.later))
        else if (step.kind === 'back') now -= step.by
        else {
          now += step.fall.after
          const next = { at: now, seconds: step.fall.after, burnt: step.fall.burnt }
          falls = appended(falls, next)
          window.append(next)
        }
        expect(window.falls()).toEqual(falls)
      }
      expect(shown(window.burnAt(now))).toEqual(burnOf(falls, now))
    }),
    { numRuns: 1_000 },
  )
})

test('charges that come and go are compared with those that are left', () => {
  // Most are small, and a few are large: whether the large ones are cut changes as either leave the window.
  const charges = fc.array(fc.constantFrom(1n, 1n, 2n, 3n, 8n, 9n, 40n), { minLength: 20, maxLength: 80 })
  fc.assert(
    fc.property(charges, (all) => {
      const window = new BurnWindow()
      let falls: readonly Fall[] = []
      for (const [at, burnt] of all.entries()) {
        const next = { at: 1_800 * at, seconds: 1_800, burnt }
        falls = appended(falls, next)
        window.append(next)
        expect(shown(window.burnAt(next.at))).toEqual(burnOf(falls, next.at))
      }
    }),
    { numRuns: 200 },
  )
})

test('a reading without a charge extends the last one, also where that is older than an hour by now', () => {
  const window = new BurnWindow()
  let falls: readonly Fall[] = []
  const charges = Array.from({ length: 18 }, (_, at) => ({ at: 600 * at, seconds: 600, burnt: 10n ** 9n }))
  for (const next of [...charges, { at: 10_260, seconds: 60, burnt: 0n }, { at: 10_320, seconds: 60, burnt: 0n }]) {
    falls = appended(falls, next)
    window.append(next)
    const now = next.at + HOUR
    expect(shown(window.burnAt(now))).toEqual(burnOf(falls, now))
  }
})

test('beyond the most that are remembered, the oldest falls are dropped from all sums', () => {
  const window = new BurnWindow()
  let falls: readonly Fall[] = []
  for (let at = 1; at <= MOST_FALLS + 50; at += 1) {
    const next = { at, seconds: 1, burnt: BigInt(at % 7) + 1n }
    window.append(next)
    falls = appended(falls, next)
    if (at % 100 === 0 || at > MOST_FALLS) expect(shown(window.burnAt(at))).toEqual(burnOf(falls, at))
  }
  expect(window.falls().length).toBe(MOST_FALLS)
})

function fallsFrom(steps: readonly { after: number; burnt: bigint }[]): Fall[] {
  let now = 0
  return steps.map(({ after, burnt }) => ({ at: (now += after), seconds: after, burnt }))
}

/** What is remembered once a reading has shown another fall, by its definition. */
function appended(falls: readonly Fall[], next: Fall): Fall[] {
  const last = falls.at(-1)
  const isQuiet = last?.burnt === 0n && next.burnt === 0n && last.seconds + next.seconds <= QUIET_SECONDS
  const all = isQuiet
    ? [...falls.slice(0, -1), { at: next.at, seconds: last.seconds + next.seconds, burnt: 0n }]
    : [...falls, next]
  const firstRecent = all.findIndex(({ at }) => next.at - at <= BURN_WINDOW)
  return all.slice(Math.max(0, firstRecent, all.length - MOST_FALLS))
}

const shown = ({ rate, lastHour, usual, charges, at }: Burn): Burn => ({ rate, lastHour, usual, charges, at })
