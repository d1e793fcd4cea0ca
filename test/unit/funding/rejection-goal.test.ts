import fc from 'fast-check'
import { expect, test } from 'vitest'
import { requiredBalance } from '../../../machines/auto-funding/auto-funding.levels.ts'
import { goalOf, type RejectionLevels } from '../../../src/funding/rejection-goal.ts'
import type { Rejection } from '../../../src/provider/rejection.ts'

const OG = 10n ** 18n
const CAP = 10n * OG
const MOST = CAP + 2n * OG

/** The usual policy: twice the minimum, and an unsettled fee of ten times the minimum at most. */
const levels: RejectionLevels = {
  provider: '0xf07240Efa67755B5311bc75784a061eDB47165Dd',
  minLockedBalance: OG,
  triggerOf: (minLockedBalance, unsettledFee) =>
    requiredBalance({ minLockedBalance, bufferMultiplier: 2, unsettledFee: unsettledFee < CAP ? unsettledFee : CAP }),
}

const amount = fc.bigInt({ min: 0n, max: 6n * OG })
const short = fc
  .record({ reserve: amount, unsettled: amount, fee: fc.bigInt({ min: 0n, max: OG }) })
  .map((parts): Rejection => ({
    kind: 'short',
    ...parts,
    locked: 0n,
    required: parts.reserve + parts.unsettled + parts.fee,
  }))
  .filter((rejection) => rejection.kind === 'short' && rejection.required <= MOST)
const rejections = fc.array(short, { minLength: 1, maxLength: 5 })

const demands = (all: readonly Rejection[]) => all.map((one) => (one.kind === 'short' ? one.required : 0n))
const most = (all: readonly bigint[]) => all.reduce((a, b) => (a > b ? a : b), 0n)

test('the least is the most that one rejection demands, and the best no less and believable', () => {
  fc.assert(
    fc.property(rejections, fc.boolean(), (all, exists) => {
      const { least, best } = goalOf(all, exists, levels)
      expect(least).toBe(most(demands(all)))
      expect(best >= least && best <= MOST).toBe(true)
    }),
  )
})

test('neither the order nor a repetition of rejections changes the goal', () => {
  fc.assert(
    fc.property(rejections, (all) => {
      expect(goalOf([...all.toReversed(), ...all], true, levels)).toEqual(goalOf(all, true, levels))
    }),
  )
})

test('the reserve and the unsettled fee that a provider names raise the trigger', () => {
  const one: Rejection = {
    kind: 'short',
    required: (51n * OG) / 10n,
    locked: 0n,
    reserve: 5n * OG,
    unsettled: OG / 10n,
  }
  expect(goalOf([one], true, levels)).toEqual({ least: one.required, best: (101n * OG) / 10n })
  expect(goalOf([{ ...one, required: OG, reserve: OG, unsettled: 0n }], true, levels)).toEqual({
    least: OG,
    best: 2n * OG,
  })
  const { reserve: _, unsettled: __, ...plain } = one
  expect(goalOf([plain], true, levels)).toEqual({ least: one.required, best: one.required })
})

test('a provider that sees no sub-account gets the trigger where there is none, and nothing where there is one', () => {
  expect(goalOf([{ kind: 'absent' }], false, levels)).toEqual({ least: 2n * OG, best: 2n * OG })
  expect(goalOf([{ kind: 'absent' }], true, levels)).toEqual({ least: 0n, best: 0n })
})

test('no more is believed of a provider than the cap on unsettled fees', () => {
  const demanding = (required: bigint): Rejection => ({ kind: 'short', required, locked: 0n })
  expect(goalOf([demanding(MOST)], true, levels)).toEqual({ least: MOST, best: MOST })
  expect(() => goalOf([demanding(MOST + 1n)], true, levels)).toThrow(
    'The provider demands more than is believed of it.',
  )
})
