import { expect, test } from 'vitest'
import { chainAhead, chainClockOf } from '../../../src/visualizer/page/format/chain-clock.ts'
import { duration } from '../../../src/visualizer/page/format/durations.ts'
import { closingIn } from '../../../src/visualizer/page/store/closing.ts'
import { figuresOf } from '../../../src/visualizer/page/store/figures.ts'
import { outlookOf } from '../../../src/visualizer/page/store/outlook.ts'
import type { Entry } from '../../../src/visualizer/protocol.ts'
import { account, closingProgress, og, sceneOf, START, stateOf, type Step } from '../../browser/scenes.ts'

const one = account(0, { burn: null })
const unknown = { ledgerDryAt: null, gasDryAt: null, burnRate: '0', deposits: [] } as const
const state = stateOf([one], { forecast: unknown })
const charge = (seconds: number): Step => [
  seconds,
  { kind: 'fact', subject: one.key, fact: 'balance.ample', change: og(-0.01) },
  (same) => same,
]

test('before there is a forecast the page says what it waits for, and estimates from three charges', () => {
  const after = (...steps: Step[]) => {
    const { history } = sceneOf([], state, [[0, { kind: 'position' }, (same) => same], ...steps]).hello
    const { seq, at } = history.at(-1) as Entry
    const { burn, ledgerDryAt, wait, basis, isEstimate } = figuresOf(state, { entries: history }, seq, at)
    return { burn, ledgerDryAt, isEstimate, says: isEstimate ? basis : `${wait.text} ${wait.under}` }
  }
  const waiting = { burn: null, ledgerDryAt: null, isEstimate: false }
  expect(after()).toEqual({ ...waiting, says: 'about a minute until a forecast' })
  expect(after(charge(1), charge(8))).toEqual({ ...waiting, says: 'about a minute until a forecast' })
  expect(after([91, { kind: 'position' }, (same) => same])).toEqual({
    ...waiting,
    says: 'no charge yet so no forecast',
  })
  expect(after(charge(60), charge(100))).toEqual({ ...waiting, says: 'not yet it takes 3 charges' })
  // 0.03 OG in 9 seconds are 12 an hour, and 82.316 last for 6.86 hours.
  expect(after(charge(1), charge(5), charge(9))).toEqual({
    burn: og(12),
    ledgerDryAt: START / 1_000 + 24_695,
    isEstimate: true,
    says: 'estimate of 9s',
  })
})

test('a forecast comes before any estimate, and a wallet without a burn is told apart from one that is not measured yet', () => {
  const figures = (accounts: Parameters<typeof stateOf>[0], rest: Parameters<typeof stateOf>[1] = {}) =>
    figuresOf(stateOf(accounts, rest), { entries: [] }, null, START)
  expect(figures([account(0)])).toMatchObject({ burn: og(0.4), basis: 'all together', isEstimate: false })
  expect(figures([account(0, { burn: 0 })], { forecast: unknown })).toMatchObject({
    burn: '0',
    wait: { text: 'no end', under: 'nothing is charged' },
  })
})

test('a forecast that knows the burn of some sub-accounts alone is completed by what the others were charged', () => {
  const [measured, fresh] = [account(0, { burn: 12 }), account(1, { burn: null })]
  const partly = stateOf([measured, fresh], {
    forecast: { ledgerDryAt: START / 1_000 + 24_695, gasDryAt: null, burnRate: og(12), deposits: [] },
  })
  const charged = (seconds: number, { key }: { key: string }): Step => [
    seconds,
    { kind: 'fact', subject: key, fact: 'balance.ample', change: og(-0.03) },
    (same) => same,
  ]
  const figures = (...steps: Step[]) => {
    const { history } = sceneOf([], partly, [[0, { kind: 'position' }, (same) => same], ...steps]).hello
    const { seq, at } = history.at(-1) as Entry
    return figuresOf(partly, { entries: history }, seq, at)
  }
  // 0.03 OG in 9 seconds are 12 an hour more, and 82.316 last half as long.
  const whole = figures(charged(5, measured), charged(9, fresh))
  expect(whole).toMatchObject({ burn: og(24), ledgerDryAt: START / 1_000 + 12_347, isEstimate: true })
  expect(outlookOf(partly, whole)).toEqual({ tone: 'low', text: 'The ledger runs dry in 3h 25m.' })
  expect(figures(charged(5, measured), charged(9, measured))).toMatchObject({ burn: og(12), isEstimate: false })
})

test('durations beyond ten years say so', () => {
  expect([1_200 * 86_400, 3_652 * 86_400, 3_653 * 86_400].map(duration)).toEqual(['1,200d', '3,652d', 'over 10 years'])
})

test('a chain with another clock is shown in the time of this machine', () => {
  const block = { timestamp: 7_200 }
  expect([
    chainAhead(block, 7_203_000),
    chainAhead(block, 3_600_000),
    chainAhead(null, 1),
    chainAhead(block, null),
  ]).toEqual([0, 3_600_000, 0, 0])
  expect(chainClockOf(3_600_000)(7_200)).toBe(3_600_000)
})

test('closing says its step, why it waits, and when the money is home', () => {
  const refund = { action: 'hold', reason: 'refund-pending', amount: null } as const
  const locked = [account(0, { available: 0, pending: 2, plan: refund })]
  const at = (seconds: number) => seconds * 1_000
  const says = (accounts: typeof locked, more: Parameters<typeof closingProgress>[0] = {}, now = START) =>
    closingIn(stateOf(accounts, { closing: closingProgress(more) }), now, at)
  expect(says(locked, {}, START + 3 * 3_600_000)).toMatchObject({
    step: 'waiting for refunds',
    home: expect.stringMatching(/^Home from [\d:]+ at the earliest, in 1h\.$/) as string,
    rest: '3 OG are still in 2 sub-accounts.',
    tone: 'refund',
  })
  expect(says(locked, {}, START + 4 * 3_600_000)).toMatchObject({ home: 'Home as soon as it is claimed.', part: 0.88 })
  expect(says([account(0)], { state: 'retrieving', hold: 'in-flight' })).toEqual({
    step: 'asking back and claiming',
    home: 'Home once everything is asked back and its lock is over.',
    rest: '3 OG are still in 2 sub-accounts. A transaction is on its way.',
    part: 0.04,
    tone: 'refund',
  })
  const failure = { count: 2, at: START / 1_000, message: 'The node refused it.' }
  expect(says([], { state: 'withdrawing', locked: '0', subAccounts: 0, hold: 'backing-off', failure })).toEqual({
    step: 'withdrawing everything from the ledger',
    home: 'Home with this step.',
    rest: 'The last step failed and is tried again later. The last failure: The node refused it.',
    part: 0.93,
    tone: 'bad',
  })
  expect(says(locked, { state: 'deleting' })?.part).toBe(0.97)
  expect(closingIn(stateOf(locked), START, at)).toBeNull()
  const { closing: _, ...earlier } = stateOf(locked)
  expect(closingIn(earlier, START, at)).toBeNull()
  expect(outlookOf(stateOf(locked, { closing: closingProgress({ state: 'deleting' }) }))).toEqual({
    tone: 'refund',
    text: 'Closing: deleting the empty ledger. Home with this step.',
  })
})
