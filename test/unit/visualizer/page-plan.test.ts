import { expect, test } from 'vitest'
import type { ReclaimHold } from '../../../machines/index.ts'
import { explanationOf, limitsOf, termsOf } from '../../../src/visualizer/page/format/plan.ts'
import { clock, moment } from '../../../src/visualizer/page/format/durations.ts'
import { nextOf } from '../../../src/visualizer/page/format/accounts.ts'
import { reclaimHolds } from '../../../src/visualizer/page/format/reclaim-holds.ts'
import { proposalOf } from '../../../src/visualizer/page/format/proposals.ts'
import { outlookOf } from '../../../src/visualizer/page/store/outlook.ts'
import { everything, rowsOf, tally, type SortKey } from '../../../src/visualizer/page/store/rows.ts'
import { account, og, START, stateOf } from '../../browser/scenes.ts'
import * as known from '../../support/type-names.ts'

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

test('the limit of a new provider says what was given, until when, and its option', () => {
  const limitWith = (firstDay: object | null | undefined) =>
    limitsOf(account(0, { available: 0.7, plan: { firstDay } as never }), START / 1_000)
  expect(limitWith({ limit: og(50), given: og(49.5), until: null })).toEqual([
    'It is new: 49.5 of 50 OG are given, until a day after its first charge (option firstDay).',
  ])
  const until = START / 1_000 + 86_400
  expect(limitWith({ limit: og(50), given: og(0), until })).toEqual([
    `It is new: 0 of 50 OG are given, until ${moment(until * 1_000, START)} (option firstDay).`,
  ])
  // Recordings of earlier versions lack it.
  expect([null, undefined].map(limitWith)).toEqual([[], []])
})

test('an anomaly says what was charged, in which time, what is usual, until when, and its option', () => {
  const until = START / 1_000 + 600
  const jump = { kind: 'burn', burn: og(6.2), seconds: 3_600, usual: og(0.3), factor: 10, until, option: 'anomaly' }
  const fee = { kind: 'fee', unsettledFee: og(24), cap: og(10), option: 'maxUnsettledFee' }
  const explained = (plan: object) => explanationOf(account(0, { available: 0.7, plan }), false)
  const held = { action: 'hold', amount: null, fromRefund: null }
  const charged = 'It charged 6.2 OG in the last 1h; usually it charges 0.3 OG an hour.'
  const claims = 'It claims 24 OG unsettled, of which 10 OG count at most (option maxUnsettledFee).'
  expect(explained({ ...held, reason: 'anomaly', anomaly: jump }).slice(1)).toEqual([
    charged,
    `It holds until ${clock(until * 1_000)}, or until more charges prove the burn (option anomaly).`,
  ])
  expect(explained({ ...held, reason: 'anomaly', anomaly: fee }).slice(1)).toEqual([claims])
  expect(explained({ ...held, reason: 'sufficient', anomaly: fee }).slice(1)).toEqual([claims])
  expect(explained({ action: 'propose', reason: null, anomaly: jump }).slice(1)).toEqual([charged])
  expect(explained({ action: 'top-up', reason: null, anomaly: jump })).toHaveLength(1)
  // Recordings of earlier versions lack it.
  expect(explained({ ...held, reason: 'anomaly', anomaly: undefined })).toHaveLength(1)
})

test('a plan says what of idle money is asked back, and why not', () => {
  const idle = (wait: ReclaimHold | null, idleFrom: number | null = START / 1_000) =>
    account(0, { available: 3, plan: { reclaim: { amount: og(1.8), idleFrom, wait } } })
  expect([
    explanationOf(idle(null), false)[1],
    explanationOf(idle(null), true)[1],
    explanationOf(idle('use-unknown', null), false)[1],
    explanationOf(idle('in-use'), false)[1],
    explanationOf(idle('toString' as ReclaimHold), false)[1],
    nextOf(idle(null), false),
    explanationOf(account(0, { available: 3, plan: { reclaim: null } }), false).length,
  ]).toEqual([
    'It is idle: 1.8 OG are asked back for the ledger.',
    'It is idle: 1.8 OG would be asked back for the ledger.',
    'How long nothing has used it is not known yet, which counts as use.',
    `It is in use. If nothing uses it, it is idle from ${moment(START, 0)}.`,
    'Its money stays: toString.',
    { text: '1.8 OG asked back', tone: 'moving' },
    1,
  ])
  expect(Object.keys(reclaimHolds).toSorted()).toEqual(Object.keys(known.reclaimHolds).toSorted())
})

test('an idle sub-account is no trouble, though it is below what is required', () => {
  const resting = account(0, {
    available: 0.2,
    plan: { action: 'hold', reason: 'idle', amount: null },
    autoFunding: { value: 'held' },
  })
  expect([outlookOf(stateOf([resting])).text, nextOf(resting, false)]).toEqual([
    'Every sub-account has what it needs.',
    { text: 'it is idle', tone: 'calm' },
  ])
})

test('the outlook says in the words of the node that it does not take a transaction, until it is mined', () => {
  const transaction = {
    value: 'broadcast',
    edge: null,
    since: 0,
    id: '1-a',
    nonce: 1,
    operation: 'transferFund',
    subAccount: null,
    amount: og(1),
    hash: '0x1',
    hashes: ['0x1'],
    blockNumber: null,
    gasUsed: null,
    reason: null,
    refusal: 'txpool is full',
  }
  const of = (more: object) => outlookOf(stateOf([], { transactions: { '1-a': { ...transaction, ...more } } })).text
  expect([of({}), of({ value: 'mined' }), of({ refusal: undefined })]).toEqual([
    'The node does not take a transaction: txpool is full',
    'There are no sub-accounts yet.',
    'There are no sub-accounts yet.',
  ])
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
    text([low], { reading: { failures: 1, error: 'x', dropped: 0 } }),
    text([], { block: null }),
    text([]),
  ]).toEqual([
    'Every sub-account has what it needs.',
    'The ledger runs dry in 2h 5m.',
    'Refilling 1 sub-account with 1.8 OG.',
    '1 sub-account cannot be topped up: the budget is spent.',
    'The ledger is 3.3 OG short of what is due.',
    'There is no ledger yet. A deposit opens one.',
    'The chain cannot be read: nothing is decided meanwhile.',
    'One reading came late. What is shown is of the one before.',
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
