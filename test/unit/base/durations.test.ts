import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inMs, msIn, toSeconds, type Duration } from '../../../src/base/durations.ts'
import { InvalidInputError, toDepositPolicy, toPolicy } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'

test.each([
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['2d', 172_800_000],
  ['0.1s', 100],
  ['0.07s', 70],
  ['0s', 0],
  [1_500, 1_500],
])('%j is %d ms', (value, ms) => {
  expect(msIn(value)).toBe(ms)
})

test.each(['', '90', 's', '-1s', '1e3s', '1.s', '.5s', '90 s', '90S', '1w', '1m30s', `${'9'.repeat(400)}d`, null, {}])(
  '%j is no time',
  (value) => {
    expect(msIn(value)).toBeNull()
  },
)

test('a whole number of seconds is the same in each way to write it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 31 * 86_400 }), (seconds) => {
      expect(msIn(`${seconds}s`)).toBe(seconds * 1_000)
      expect(msIn(`${seconds}s`)).toBe(toSeconds(`${seconds}s`, 'time') * 1_000)
      expect(msIn(`${seconds}d`)).toBe(msIn(`${seconds * 24}h`))
    }),
  )
})

test('only options in …Ms are converted', () => {
  const options = { waitMs: '2d' as Duration | number, restMs: 5 as Duration | number, per: '2d' as Duration }
  expect(inMs(options)).toEqual({ waitMs: 172_800_000, restMs: 5, per: '2d' })
  expect(options.waitMs).toBe('2d')
})

describe('durations in options', () => {
  test('auto-funding takes them as it takes milliseconds', () => {
    const words = { intervalMs: '1m', cooldownMs: '1d', approvalTimeoutMs: '2h' } as const
    const numbers = { intervalMs: 60_000, cooldownMs: 86_400_000, approvalTimeoutMs: 7_200_000 }
    expect(toPolicy({ ...words, anomaly: { factor: 3, forMs: '10m' } }, 5n)).toEqual(
      toPolicy({ ...numbers, anomaly: { factor: 3, forMs: 600_000 } }, 5n),
    )
  })

  test('auto-deposit takes them as it takes milliseconds', () => {
    const levels = { trigger: '5', target: '20' }
    expect(toDepositPolicy({ ...levels, cooldownMs: '6h', approvalTimeoutMs: '30m' })).toEqual(
      toDepositPolicy({ ...levels, cooldownMs: 21_600_000, approvalTimeoutMs: 1_800_000 }),
    )
  })

  test.each([
    [() => toPolicy({ cooldownMs: '1x' as never }, 5n), 'cooldownMs is milliseconds, or a duration such as "90s".'],
    [() => toPolicy({ cooldownMs: '32d' }, 5n), 'A cooldown lasts at most 31 days.'],
    [() => toPolicy({ intervalMs: '0.05s' }, 5n), 'intervalMs is milliseconds from 100 up.'],
    [
      () => toPolicy({ anomaly: { factor: 3, forMs: 'long' as never } }, 5n),
      'forMs of anomaly is milliseconds, or a duration such as "90s".',
    ],
    [
      () => toDepositPolicy({ trigger: '5', target: '20', cooldownMs: '32d' }),
      'cooldownMs is milliseconds from 0 up, or a duration such as "90s".',
    ],
  ])('a time that cannot work is refused by its name: %#', (check, sentence) => {
    expect(check).toThrow(InvalidInputError)
    expect(check).toThrow(sentence)
  })

  test('a broker reads at the interval of its duration', async () => {
    await using simulation = await createSimulatedBroker({ broker: { intervalMs: '10m' } })
    expect(simulation.broker.positions$.status.intervalMs).toBe(600_000)
  })
})
