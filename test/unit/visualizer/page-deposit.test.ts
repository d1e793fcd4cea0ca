import { expect, test } from 'vitest'
import type { HoldReason } from '../../../machines/index.ts'
import type { DepositState } from '../../../src/visualizer/protocol.ts'
import {
  depositLimits,
  depositsIn,
  depositSentences,
  depositTerms,
  nextDeposit,
} from '../../../src/visualizer/page/format/deposit.ts'
import { moment } from '../../../src/visualizer/page/format/durations.ts'
import { depositReasonWords, reasons } from '../../../src/visualizer/page/format/hold-reasons.ts'
import { isBaseLine } from '../../../src/visualizer/page/store/checks.ts'
import { outlookOf } from '../../../src/visualizer/page/store/outlook.ts'
import { depositActor as actor, depositRow as row, og, START, stateOf } from '../../browser/scenes.ts'

const SECONDS = START / 1_000
const held = (reason: HoldReason, more: Partial<DepositState> = {}) =>
  row({ action: 'hold', reason, amount: null, ...more })

test('the numbers of a deposit are the rows of a sum, with what is on its way out of the ledger', () => {
  const terms = depositTerms(row({ available: og(4), arriving: og(0.5), due: og(1), spare: og(2), runway: 18_000 }))
  expect(terms.map(({ name, wei, note }) => [name, wei, note])).toEqual([
    ['Available', og(4), null],
    ['Due now', og(1), 'what sub-accounts need of it'],
    ['Arriving', og(0.5), 'refunds that are being claimed'],
    ['In flight', og(1.5), 'sent to sub-accounts, not mined yet'],
    ['Stays', og(2), 'once that is paid: 5h'],
    ['Trigger', og(5), 'a deposit is due below it'],
    ['Fill up to', og(20), null],
    ['Missing', og(18), '20 − 2'],
  ])
  const enough = depositTerms(row({ available: og(9), due: '0', spare: og(9), deficit: '0', runway: null }))
  expect(enough.map(({ name, note }) => [name, note])).toEqual([
    ['Available', null],
    ['Due now', 'what sub-accounts need of it'],
    ['Stays', 'once that is paid'],
    ['Trigger', 'a deposit is due below it'],
    ['Fill up to', null],
    ['Missing', 'stays ≥ trigger'],
  ])
})

test('what a deposit does next is said in a few words, and why in sentences', () => {
  const said = (state: DepositState, more = {}, dryRun = false) => {
    const deposits = { row: state, actor: dryRun ? null : actor(more) }
    return [nextDeposit(deposits, dryRun).text, ...depositSentences(deposits, dryRun)]
  }
  expect(said(row())).toEqual(['deposits 18 OG', 'The ledger gets 18 OG.'])
  expect(said(row(), {}, true)).toEqual(['would deposit 18 OG', 'With it on, the ledger gets 18 OG.'])
  expect(said(row({ amount: og(7) }))).toEqual([
    'deposits 7 OG',
    'The ledger gets 7 OG, which is all that the limits and the wallet allow.',
  ])
  expect(said(row({ action: 'propose' }), { value: 'awaitingApproval', amount: og(18) })).toEqual([
    '18 OG await your approval',
    'Once it is approved, the ledger gets 18 OG.',
  ])
  expect(said(held('in-flight'), { value: 'depositing', amount: og(18) })[0]).toBe('deposits 18 OG: on its way')
  expect(said(held('settling'), { value: 'settling' })[0]).toBe('deposit mined, awaiting a reading')
  expect(said(held('wallet-short', { missing: og(11) }))).toEqual([
    'the wallet has too little: 11 OG missing',
    reasons['wallet-short'].long,
    '11 OG more would be deposited without that.',
  ])
  expect(said(held('payer-unread'), { payerError: 'Its journal is locked.' }).at(-1)).toBe(
    'The wallet that deposits could not be read: Its journal is locked.',
  )
  expect(said(held('backing-off'), { failure: { count: 2, at: SECONDS, message: 'It was refused.' } }).at(-1)).toMatch(
    /^The last deposit failed \(2 in a row, [\d:]+\): It was refused\.$/,
  )
})

test('no reason of a deposit speaks of top-ups or of a sub-account', () => {
  const own: HoldReason[] = [
    'sufficient',
    'stale-reading',
    'in-flight',
    'unresolved-intent',
    'settling',
    'ledger-closing',
  ]
  own.push('withdrawal', 'ledger-full', 'wallet-short', 'payer-unread', 'budget-exhausted', 'over-max')
  own.push(
    'unknown-pending',
    'fees-high',
    'gas-unread',
    'cooling-down',
    'backing-off',
    'overtaken',
    'awaiting-approval',
  )
  const words = own.map((reason) => depositReasonWords(reason)).flatMap(({ short, long }) => [short, long])
  expect(words.filter((one) => /top-up|sub-account|auto-funding/i.test(one))).toEqual([])
})

test('the limits of a deposit are sentences', () => {
  const limits = { maxDeposit: og(50), maxLedger: og(100), budgetLeft: og(82), coolingUntil: SECONDS + 60 }
  expect(depositLimits(row({ limits }), SECONDS)).toEqual([
    'At most 50 OG in one deposit.',
    'At most 100 OG available in the ledger after it.',
    '82 OG are left of its budget in this window.',
    `Nothing before ${moment(START + 60_000, START)}: the last deposit is fresh.`,
  ])
  expect(depositLimits(row(), SECONDS)).toEqual([])
})

test('the outlook says that a deposit waits, is on its way, or cannot be made', () => {
  const says = (more: Parameters<typeof stateOf>[1]) => outlookOf(stateOf([], more))
  const asking = actor({ value: 'awaitingApproval', amount: og(18) })
  expect(says({ deposit: row({ action: 'propose' }), autoDeposit: asking, shortfall: og(3) })).toEqual({
    tone: 'moving',
    text: 'A deposit of 18 OG to approve.',
  })
  expect(says({ ledger: null, deposit: row(), autoDeposit: actor({ value: 'depositing', amount: og(18) }) }).text).toBe(
    'Depositing 18 OG into the ledger.',
  )
  const short = held('wallet-short', { missing: og(11) })
  expect(says({ deposit: short, autoDeposit: actor() })).toEqual({
    tone: 'bad',
    text: 'Nothing can be deposited: the wallet has too little.',
  })
  // What a dry run would not be able to deposit is no trouble of this process.
  expect(says({ deposit: short }).text).toBe('There are no sub-accounts yet.')
})

test('a recording of an earlier version has no deposits, and one with a broken row is refused', () => {
  const { deposit: _, autoDeposit: __, ...earlier } = stateOf([])
  const base = (state: object) => ({
    type: 'base',
    protocol: 1,
    wallet: '0x',
    network: { explorer: null, name: '' },
    state,
  })
  expect(isBaseLine(base(earlier))).toBe(true)
  expect(depositsIn(earlier)).toBeNull()
  expect(isBaseLine(base({ ...earlier, deposit: row(), autoDeposit: actor() }))).toBe(true)
  expect(isBaseLine(base({ ...earlier, deposit: { ...row(), spare: '<b>' } }))).toBe(false)
  expect(isBaseLine(base({ ...earlier, deposit: { ...row(), limits: null } }))).toBe(false)
})
