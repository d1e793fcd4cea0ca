import { expect, test } from 'vitest'
import { levelsOf, requiredBalance, runwayOf } from '../../../machines/index.ts'

const OG = 10n ** 18n

test('required = unsettled fee + multiplier × minimum, in decimal, rounded up, never under 500 wei', () => {
  const required = (bufferMultiplier: number, minLockedBalance: bigint, unsettledFee = 0n) =>
    requiredBalance({ unsettledFee, bufferMultiplier, minLockedBalance })
  expect(required(2, OG)).toBe(2n * OG)
  expect(required(1.5, OG, 7n)).toBe((3n * OG) / 2n + 7n)
  expect(required(1.1, 1_000n)).toBe(1_100n)
  expect(required(1.0001, 1_001n)).toBe(1_002n)
  expect(required(1e-7, OG)).toBe(10n ** 11n)
  expect(required(2, 0n)).toBe(500n)
  expect(required(2, 250n, 1n)).toBe(501n)
})

test('a target is a multiple of the minimum or an amount, and never below what is required', () => {
  const demand = { minLockedBalance: OG, unsettledFee: 5n, burnRate: null }
  const of = (target?: { amount: bigint } | { multiplier: number }) => levelsOf(demand, { bufferMultiplier: 2, target })
  expect(of()).toEqual({ required: 2n * OG + 5n, target: 2n * OG + 5n })
  expect(of({ multiplier: 3 })).toEqual({ required: 2n * OG + 5n, target: 3n * OG + 5n })
  expect(of({ amount: 4n * OG })).toEqual({ required: 2n * OG + 5n, target: 4n * OG })
  expect(of({ amount: OG })).toEqual({ required: 2n * OG + 5n, target: 2n * OG + 5n })
})

test('with a runway trigger and target last for their time at the measured burn, above the minimum', () => {
  const levels = { bufferMultiplier: 2, runway: { trigger: 6 * 3_600, target: 24 * 3_600 } }
  const of = (burnRate: bigint | null) => levelsOf({ minLockedBalance: OG, unsettledFee: 0n, burnRate }, levels)
  expect(of(OG)).toEqual({ required: 7n * OG, target: 25n * OG })
  expect(of(OG / 100n)).toEqual({ required: 2n * OG, target: 2n * OG })
  expect(of(null)).toEqual({ required: 2n * OG, target: 2n * OG })
})

test('the runway is the time until the minimum is met', () => {
  const demand = { minLockedBalance: OG, unsettledFee: 0n, burnRate: OG }
  expect([5n * OG, OG, 0n].map((available) => runwayOf(available, demand))).toEqual([4 * 3_600, 0, 0])
  expect(runwayOf(5n * OG, { ...demand, burnRate: null })).toBeNull()
  expect(runwayOf(5n * OG, { ...demand, burnRate: 0n })).toBeNull()
})
