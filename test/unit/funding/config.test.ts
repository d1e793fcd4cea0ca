import { expect, test } from 'vitest'
import { ogToWei } from '../../../src/base/amounts.ts'
import { toPolicy } from '../../../src/funding/config/auto-funding-policy.ts'
import type { AutoFundingConfig } from '../../../src/funding/config/auto-funding-config.ts'

test.each([
  [
    { maxTopup: '5' },
    'There is no such option of auto-funding.\n\noption:       maxTopup\ndid you mean: maxTopUp\nknown:        intervalMs,',
  ],
  [5, 'The options of auto-funding are an object.\n\noptions: 5'],
  ['5', 'The options of auto-funding are an object.\n\noptions: "5"'],
  [5n, 'The options of auto-funding are an object.\n\noptions: 5n'],
  [true, 'The options of auto-funding are an object.\n\noptions: true'],
  [null, 'The options of auto-funding are an object.\n\noptions: null'],
  [[{ maxTopUp: '5' }], 'The options of auto-funding are an object.\n\noptions: an array of 1'],
  [{ budget: '25/24h' }, 'budget is { amount, per }.\n\nbudget: "25/24h"'],
  [{ runway: 6 }, 'runway is { trigger, target }.\n\nrunway: 6'],
  [{ priority: '1' }, 'priority is a number.\n\npriority: "1"'],
  [{ target: '1' }, 'The target lies below the trigger.\n\ntarget:  1 OG\ntrigger: 2 OG'],
])('a config that would set no limit, or another one, is refused (%o)', (config, message) => {
  expect(() => toPolicy(config as AutoFundingConfig, ogToWei('1'))).toThrow(
    expect.objectContaining({ name: 'InvalidInputError', message: expect.stringContaining(message) as string }),
  )
})

test.each([
  [1_000n, '1000n'],
  [5, '5'],
  ['1 day', '"1 day"'],
  [undefined, 'undefined'],
  [{ days: 1 }, 'an object with days'],
])('a value that is no duration is refused (%s)', (per, shown) => {
  const config = { budget: { amount: '5', per } } as unknown as AutoFundingConfig
  expect(() => toPolicy(config, 1n)).toThrow(
    expect.objectContaining({
      name: 'InvalidInputError',
      message: `This is not a duration.\n\nbudget.per: ${shown}\nexpected:   a number and s, m, h or d, such as "6h"`,
    }),
  )
})

test('a rule for idle money keeps nothing and asks when the ledger is short, where it does not say', () => {
  const rule = (reclaimIdle: AutoFundingConfig['reclaimIdle']) =>
    toPolicy(reclaimIdle ? { reclaimIdle } : {}, 1n).reclaim
  expect([rule(undefined), rule({ after: '7d' }), rule({ after: '1h', keep: '1.5', when: 'always' })]).toEqual([
    null,
    { after: 604_800, keep: 0n, when: 'needed' },
    { after: 3_600, keep: 15n * 10n ** 17n, when: 'always' },
  ])
})

test.each([
  ['7d', 'reclaimIdle is { after, keep, when }.'],
  [null, 'reclaimIdle is { after, keep, when }.'],
  [{ after: '7d', least: '1' }, 'reclaimIdle is { after, keep, when }.'],
  [{}, 'This is not a duration.'],
  [{ after: 7 }, 'This is not a duration.'],
  [{ after: '59m' }, 'after of reclaimIdle is from 1h to 31d.'],
  [{ after: '32d' }, 'after of reclaimIdle is from 1h to 31d.'],
  [{ after: '7d', when: 'never' }, 'when of reclaimIdle is "needed" or "always".'],
  [{ after: '7d', keep: '-1' }, 'This is not an amount in OG.'],
])('a rule for idle money that cannot work is refused (%j)', (reclaimIdle, sentence) => {
  expect(() => toPolicy({ reclaimIdle } as unknown as AutoFundingConfig, 1n)).toThrow(
    expect.objectContaining({ name: 'InvalidInputError', message: expect.stringContaining(sentence) as string }),
  )
})

test('a rule whose amount is a number is refused', () => {
  const config = { reclaimIdle: { after: '7d', keep: 1 } } as unknown as AutoFundingConfig
  expect(() => toPolicy(config, 1n)).toThrow(TypeError)
})

test.for<[name: string, anomaly: unknown, sentence: string]>([
  ['another word', 'never', 'anomaly is "off" or { factor, forMs }.'],
  ['a factor of 1 or less', { factor: 1, forMs: 60_000 }, 'factor of anomaly is a number above 1.'],
  [
    'a time that is no number',
    { factor: 10, forMs: 'soon' },
    'forMs of anomaly is milliseconds, or a duration such as "90s".',
  ],
  ['a part alone', { factor: 10 }, 'forMs of anomaly is milliseconds from 0 up.'],
  ['another name', { factor: 10, forMs: 60_000, forms: 1 }, 'anomaly is "off" or { factor, forMs }.'],
])('a rule for a jump of the burn is refused by its name for %s', ([, anomaly, sentence]) => {
  expect(() => toPolicy({ anomaly } as AutoFundingConfig, 1n)).toThrow(
    expect.objectContaining({ name: 'InvalidInputError', shortMessage: sentence }),
  )
})
