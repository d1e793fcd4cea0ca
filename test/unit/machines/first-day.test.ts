import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIRST_DAY, firstDayLeft, firstDayLimit, firstDayOf, plan, type Standing } from '../../../machines/index.ts'
import { account, input, noLimits, position, standing } from '../../support/plans.ts'

const levels = (target: number | bigint, bufferMultiplier = 2) => ({
  bufferMultiplier,
  target: typeof target === 'bigint' ? { amount: target } : { multiplier: target },
})
const NOW = 10 * FIRST_DAY

test.for<[name: string, policy: Partial<Parameters<typeof firstDayLimit>[0]>, limit: bigint | null]>([
  ['50 × the minimum', {}, og('50')],
  ['50 × a smaller minimum', { minLockedBalance: og('0.1') }, og('5')],
  ['twice a large target', { levels: levels(og('40')) }, og('80')],
  ['twice a large multiple', { levels: levels(150, 100) }, og('300')],
  ['what the contract takes, where that is more', { minLockedBalance: og('0.005') }, og('1')],
  ['an amount of the user, whatever it is', { firstDay: 7n }, 7n],
  ['nothing, where it is off', { firstDay: null }, null],
])('the limit of a new provider is %s', ([, policy, limit]) => {
  const usual = { firstDay: 'usual', minLockedBalance: og('1'), levels: levels(3) } as const
  expect(firstDayLimit({ ...usual, ...policy }, og('1'))).toBe(limit)
})

test('a provider is new until a day after its oldest charge, and without a charge', () => {
  const until = (firstCharge: number | null) => firstDayOf(9n, { firstCharge, payments: () => [], now: NOW })?.until
  expect([null, NOW, NOW - FIRST_DAY + 1, NOW - FIRST_DAY, 0].map(until)).toEqual([
    null,
    NOW + FIRST_DAY,
    NOW + 1,
    undefined,
    undefined,
  ])
})

test('what was sent within a day counts, and what is in flight', () => {
  const payments = [NOW - FIRST_DAY, NOW - FIRST_DAY + 1, NOW, Infinity].map((at, index) => ({
    at,
    amount: 10n ** BigInt(index),
  }))
  const firstDay = firstDayOf(9_999n, { firstCharge: NOW, payments: () => payments, now: NOW })
  expect(firstDay).toEqual({ limit: 9_999n, given: 1_110n, until: NOW + FIRST_DAY, option: 'firstDay' })
  expect(firstDay && firstDayLeft(firstDay)).toBe(8_889n)
})

const low = position(100n, [account('a', 3n)])
const firstDay = { limit: 10n, given: 8n, until: 2_000, option: 'firstDay' } as const
const decided = (more: Partial<Standing>) => plan(input({ position: low, standings: [standing('a', more)] }))[0]

test('a top-up gives what the limit leaves, and then holds with the facts', () => {
  expect(decided({ firstDay })).toMatchObject({ action: 'top-up', amount: 2n, firstDay })
  const spent = { ...firstDay, given: 10n }
  expect(decided({ firstDay: spent })).toMatchObject({
    action: 'hold',
    reason: 'first-day',
    missing: 7n,
    firstDay: spent,
  })
})

test('a spent budget is named first, and a person who approves is asked for all of it', () => {
  const spent = { ...firstDay, given: 10n }
  expect(decided({ firstDay: spent, limits: { ...noLimits, budgetLeft: 0n } })).toMatchObject({
    reason: 'budget-exhausted',
  })
  expect(decided({ firstDay: spent, needsApproval: true })).toMatchObject({ action: 'propose', amount: 7n })
})

test('no top-up is ever more than the limit leaves', () => {
  const wei = fc.bigInt(0n, 200n)
  fc.assert(
    fc.property(
      wei,
      wei,
      fc.option(wei, { nil: null }),
      fc.option(wei, { nil: null }),
      (limit, given, budget, step) => {
        const sizing = { minTopUp: 5n, step: step || null, maxGasShare: null, allOrNothing: false }
        const one = decided({
          required: 60n,
          target: 90n,
          sizing,
          firstDay: { ...firstDay, limit, given },
          limits: { ...noLimits, budgetLeft: budget },
        })
        const left = given < limit ? limit - given : 0n
        if (one?.action === 'top-up') expect(one.amount).toBeLessThanOrEqual(left)
        else expect(['first-day', 'budget-exhausted', 'too-small']).toContain(one?.action === 'hold' && one.reason)
      },
    ),
  )
})
