import { expect, test } from 'vitest'
import { burnOf, demandOf, plan, type Burn, type Fall, type Standing } from '../../../machines/index.ts'
import { account, input, noLimits, position, standing } from '../../support/plans.ts'

const HOUR = 3_600
const NOW = 6 * HOUR

/** Ten wei every ten minutes for five hours: 60 wei an hour. */
const quiet: Fall[] = Array.from({ length: 30 }, (_, index) => ({ at: (index + 1) * 600, seconds: 600, burnt: 10n }))
const charge = (secondsAgo: number, burnt: bigint): Fall => ({ at: NOW - secondsAgo, seconds: 60, burnt })
const anomalyOf = (last: readonly Fall[], more: object = {}) =>
  demandOf({
    minLockedBalance: 1_000n,
    unsettledFee: 0n,
    maxUnsettledFee: null,
    burn: burnOf([...quiet, ...last], NOW),
    ...more,
  }).anomaly

test('a jump that one or two charges make says the burn, the usual burn, the factor, its end and the option that lifts it', () => {
  expect(anomalyOf([charge(120, 601n)])).toEqual({
    kind: 'burn',
    burn: 601n,
    seconds: 3_600,
    usual: 60n,
    factor: 10,
    until: NOW - 120 + 600,
    option: 'anomaly',
  })
  expect(anomalyOf([charge(300, 300n), charge(60, 301n)])).toMatchObject({ until: NOW - 60 + 600 })
})

test.each<[name: string, last: Fall[], more?: object]>([
  ['ten times the usual burn and no more', [charge(120, 600n)]],
  ['a burn that several charges prove', Array.from({ length: 9 }, (_, index) => charge(300 - index, 100n))],
  ['a jump older than its time', [charge(601, 5_000n)]],
  ['a higher factor', [charge(120, 5_000n)], { jump: { factor: 100, seconds: 600 } }],
  ['a shorter time', [charge(120, 5_000n)], { jump: { factor: 10, seconds: 119 } }],
  ['no jump is to be held', [charge(120, 5_000n)], { jump: null }],
])('no jump is held for %s', (_, last, more) => {
  expect(anomalyOf(last, more)).toBeNull()
})

test('a fee above the cap says the fee, the cap and the option that lifts it', () => {
  expect(anomalyOf([], { unsettledFee: 10_001n })).toEqual({
    kind: 'fee',
    unsettledFee: 10_001n,
    cap: 10_000n,
    option: 'maxUnsettledFee',
  })
})

const low = position(100n, [account('a', 3n)])
const jump = {
  kind: 'burn',
  burn: 601n,
  seconds: 3_600,
  usual: 60n,
  factor: 10,
  until: 2_000,
  option: 'anomaly',
} as const
const fee = { kind: 'fee', unsettledFee: 9n, cap: 8n, option: 'maxUnsettledFee' } as const
const decided = (more: Partial<Standing>, budgetLeft: bigint | null = null) =>
  plan(input({ position: low, standings: [standing('a', more)], budgetLeft }))[0]

test('the hold carries what was seen', () => {
  expect(decided({ anomaly: jump })).toMatchObject({ action: 'hold', reason: 'anomaly', anomaly: jump })
  expect(decided({ anomaly: fee })).toMatchObject({ action: 'hold', reason: 'anomaly', anomaly: fee })
})

test('a budget limits a jump instead of the hold, but no fee that is only claimed', () => {
  const budget = { limits: { ...noLimits, budgetLeft: 4n } }
  expect(decided({ anomaly: jump, ...budget })).toMatchObject({ action: 'top-up', amount: 4n })
  expect(decided({ anomaly: jump }, 5n)).toMatchObject({ action: 'top-up', amount: 5n })
  expect(decided({ anomaly: fee, ...budget })).toMatchObject({ reason: 'anomaly' })
})

test('where a person approves each top-up, an anomaly is a question and no hold', () => {
  expect(decided({ anomaly: jump, needsApproval: true })).toMatchObject({ action: 'propose', amount: 7n })
  expect(decided({ anomaly: fee, needsApproval: true })).toMatchObject({ action: 'propose', amount: 7n })
})

test('the charges of an hour are listed only where its burn is a jump', () => {
  let lists = 0
  const burnAt = (lastHour: bigint): Burn => ({
    rate: 60n,
    lastHour,
    usual: 60n,
    at: NOW,
    get charges() {
      lists += 1
      return [{ at: NOW - 60, burnt: lastHour }]
    },
  })
  const demands = { minLockedBalance: 1_000n, unsettledFee: 0n, maxUnsettledFee: null }
  expect(demandOf({ ...demands, burn: burnAt(600n) }).anomaly).toBeNull()
  expect(lists).toBe(0)
  expect(demandOf({ ...demands, burn: burnAt(601n) }).anomaly).toMatchObject({ kind: 'burn', burn: 601n })
  expect(lists).toBe(1)
})
