import { expect, test } from 'vitest'
import { explanationOf, limitsOf, termsOf } from '../../../src/visualizer/page/format/plan.ts'
import { proposalOf } from '../../../src/visualizer/page/format/proposals.ts'
import { outlookOf } from '../../../src/visualizer/page/store/outlook.ts'
import { everything, rowsOf, tally, type SortKey } from '../../../src/visualizer/page/store/rows.ts'
import { account, og, START, stateOf } from '../../browser/scenes.ts'

const one = account(0, { available: 0.7 })

test('the numbers of a plan are the rows of a sum', () => {
  const asking = account(0, {
    available: 0.7,
    required: 2.5,
    target: 3,
    plan: {
      amount: og(1),
      limits: { maxTopUp: og(1), budgetLeft: og(9), coolingUntil: START / 1_000 + 60, ledgerReserve: og(3) },
    },
    autoFunding: { unsettledFee: og(0.5) },
  })
  expect(termsOf(asking).map(({ name, wei, note }) => [name, wei, note])).toEqual([
    ['Required', og(2.5), '0.5 served and not charged yet + 2 to keep'],
    ['Fill up to', og(3), 'once it is below required'],
    ['Available', og(0.7), 'balance − pending refund'],
    ['Missing', og(2.3), '3 − 0.7'],
  ])
  expect(explanationOf(asking, false)).toEqual(['It gets 1 OG, which is all that the limits and the ledger allow.'])
  expect(limitsOf(asking, START / 1_000).slice(0, 3)).toEqual([
    'At most 1 OG in one top-up.',
    '9 OG are left of its budget in this window.',
    '3 OG stay in the ledger.',
  ])
  expect(limitsOf(asking, START / 1_000 + 61).length).toBe(3)
})

test('the outlook shows the most severe condition', () => {
  const low = account(1, { available: 0.2, autoFunding: { value: 'toppingUp', amount: og(1.8) } })
  const stuck = account(2, {
    available: 0.2,
    plan: { action: 'hold', reason: 'budget-exhausted', amount: null },
    autoFunding: { value: 'held' },
  })
  const text = (...arguments_: Parameters<typeof stateOf>) => outlookOf(stateOf(...arguments_)).text
  const soon = { ledgerDryAt: START / 1_000 + 7_500, gasDryAt: null, burnRate: og(1), deposits: [] }
  expect([
    text([account(0)]),
    text([account(0)], { forecast: soon }),
    text([account(0), low], { forecast: soon }),
    text([account(0), low, stuck]),
    text([stuck, low], { shortfall: og(3.3) }),
    text([low], { ledger: null }),
    text([low], { reading: { failures: 2, error: 'x', dropped: 0 } }),
    text([], { block: null }),
    text([]),
  ]).toEqual([
    'Every sub-account has what it needs.',
    'The ledger runs dry in 2h 5m.',
    'Topping up 1 sub-account with 1.8 OG.',
    '1 sub-account cannot be topped up: the budget is spent.',
    'The ledger is 3.3 OG short of what is due.',
    'There is no ledger yet. A deposit opens one.',
    'The chain cannot be read: nothing is decided meanwhile.',
    'The position is being read.',
    'There are no sub-accounts yet.',
  ])
})

test('the list is searched, filtered by a state of any chart, and sorted', () => {
  const accounts = [
    account(0, { available: 2, model: 'b-model' }),
    account(1, { available: 0.5, model: 'a-model', autoFunding: { value: 'toppingUp' } }),
    account(2, { available: 1.5, pending: 1, model: 'c-model', burn: 0 }),
    account(4, { available: 2.5 }),
  ]
  const state = stateOf(accounts)
  const rows = (filter: Partial<typeof everything>, by: SortKey = 'name', down = false) =>
    rowsOf(state, { ...everything, ...filter }, { key: by, down }).map(({ key }) =>
      accounts.findIndex((one) => one.key === key),
    )
  expect(rows({})).toEqual([1, 0, 2, 3])
  expect(rows({ text: 'model INFER' })).toEqual([1, 0, 2])
  expect(rows({ text: 'a-model' })).toEqual([1])
  expect(rows({ text: 'no such model' })).toEqual([])
  expect(rows({ place: { chart: 'subAccount', path: 'refunding' } })).toEqual([2])
  expect(rows({ place: { chart: 'autoFunding', path: 'toppingUp' } })).toEqual([1])
  expect(rows({}, 'available')).toEqual([1, 2, 0, 3])
  expect(rows({}, 'available', true)).toEqual([3, 0, 2, 1])
  expect(rows({}, 'urgency')).toEqual([1, 2, 0, 3])
  expect(rows({}, 'runway').at(-1)).toBe(2)
  expect([...tally(state, 'subAccount')]).toEqual([
    ['funded', 2],
    ['low', 1],
    ['refunding', 1],
    ['refunding.locked', 1],
  ])
})

test('the question before an action says what moves and what follows', () => {
  const state = stateOf([one, account(1, { available: 1.1, pending: 0.9, claimable: 0.4 })])
  const { provider, serviceType } = one
  expect(proposalOf({ action: 'top-up', provider, serviceType }, state)).toEqual({
    title: 'Top up 0xb4e1…0000?',
    sentences: [
      'It has 0.7 OG available and is filled up to 2 OG. The ledger has 82.316 OG.',
      'The amount goes from the ledger to this sub-account, in one transaction. It comes back only by a refund, which is locked for a while first.',
    ],
    confirm: 'Top up',
    isDangerous: false,
    amount: og(1.3),
  })
  const other = account(1)
  expect(
    proposalOf({ action: 'retrieve', provider: other.provider, serviceType: other.serviceType }, state),
  ).toMatchObject({
    sentences: [
      '1.1 OG are asked back. They are locked first; after the lock a claim brings them to the ledger.',
      '0.4 OG whose lock is over go to the ledger now.',
      'From then on the provider can charge none of it and refuses requests; auto-funding holds while the refund is pending.',
    ],
    confirm: 'Retrieve 1.1 OG',
    isDangerous: true,
  })
  expect(proposalOf({ action: 'close' }, state)).toMatchObject({
    isDangerous: true,
    sentences: [
      'Everything goes to the wallet: 2.7 OG from 2 sub-accounts, and 82.316 OG from the ledger.',
      'All sub-accounts are refunded and deleted, auto-funding stops, and every provider refuses requests from then on.',
      'Refunds are locked first: closing takes as long as the lock, and several transactions. It continues by itself while og-ledger runs.',
    ],
  })
  expect(proposalOf({ action: 'pause', provider, serviceType }, state).sentences[1]).toBe(
    'It has less than its provider requires: requests may be refused.',
  )
})
