import { expect, test } from 'vitest'
import { autoFundingEvents, plan, retryAt, type Decision, type PlanInput } from '../../../machines/index.ts'
import { account, decide, input, noLimits, position, standing } from '../../support/plans.ts'

/** Reason and missing amount, or amount and the part of it that a refund pays. */
const whole = (more: Parameters<typeof input>[0]) =>
  plan(input(more)).map((one) =>
    one.action === 'hold' ? [one.reason, one.missing] : [one.action, one.amount, one.fromRefund],
  )

type Case = { title: string; at: Partial<PlanInput> & Pick<PlanInput, 'position' | 'standings'>; gives: unknown[][] }

const low = (available: bigint) => position(available, [account('a', 3n)])
const fresh = (available: bigint) => position(available, [])

test.for<Case>([
  {
    title: 'one wei in the ledger is sent',
    at: { position: low(1n), standings: [standing('a')] },
    gives: [['top-up', 1n, 0n]],
  },
  {
    title: 'an empty ledger is short',
    at: { position: low(0n), standings: [standing('a')] },
    gives: [['ledger-short', 7n]],
  },
  {
    title: 'the minimum for a new account is enough',
    at: { position: fresh(5n), standings: [standing('a')] },
    gives: [['top-up', 5n, 0n]],
  },
  {
    title: 'a wei less than the minimum for a new account is too small',
    at: { position: fresh(4n), standings: [standing('a')] },
    gives: [['too-small', 6n]],
  },
  {
    title: 'an empty ledger is short for a new account, not too small',
    at: { position: fresh(0n), standings: [standing('a')] },
    gives: [['ledger-short', 10n]],
  },
  {
    title: 'a new account that the ledger could open without its reserve holds for the reserve',
    at: { position: fresh(5n), standings: [standing('a', { limits: { ...noLimits, ledgerReserve: 1n } })] },
    gives: [['reserve', 6n]],
  },
  {
    title: 'the rest of a common budget that cannot open an account goes to no account after it',
    at: {
      position: position(100n, [account('b', 4n)]),
      standings: [standing('a', { priority: 1 }), standing('b')],
      budgetLeft: 3n,
    },
    gives: [
      ['budget-exhausted', 7n],
      ['budget-exhausted', 6n],
    ],
  },
  {
    title: "a wei of an account's own refund is sent also where the ledger has run dry",
    at: {
      position: position(0n, [account('a', 3n), account('b', 5n, 1n)]),
      standings: [standing('a'), standing('b', { onPendingRefund: 'reuse' })],
    },
    gives: [
      ['ledger-short', 7n],
      ['top-up', 1n, 1n],
    ],
  },
  {
    title: 'a budget that one top-up uses up leaves nothing for the next',
    at: {
      position: position(100n, [account('a', 3n), account('b', 4n)]),
      standings: [standing('a'), standing('b')],
      budgetLeft: 5n,
    },
    gives: [
      ['top-up', 5n, 0n],
      ['budget-exhausted', 6n],
    ],
  },
  {
    title: 'triggers come before targets: the most urgent gets what the others leave beyond its trigger',
    at: {
      position: position(7n, [account('a', 8n), account('b', 7n)]),
      standings: [standing('a', { target: 15n }), standing('b', { target: 15n })],
    },
    gives: [
      ['top-up', 2n, 0n],
      ['top-up', 5n, 0n],
    ],
  },
  {
    title: 'the ledger is given out down to its reserve',
    at: { position: low(9n), standings: [standing('a', { limits: { ...noLimits, ledgerReserve: 4n } })] },
    gives: [['top-up', 5n, 0n]],
  },
  {
    title: 'a ledger down to its reserve holds for the reserve',
    at: { position: low(4n), standings: [standing('a', { limits: { ...noLimits, ledgerReserve: 4n } })] },
    gives: [['reserve', 7n]],
  },
  {
    title: 'an account that is held for its reserve leaves the ledger to accounts without one',
    at: {
      position: position(4n, [account('a', 3n), account('b', 4n)]),
      standings: [standing('a', { limits: { ...noLimits, ledgerReserve: 4n } }), standing('b')],
    },
    gives: [
      ['reserve', 7n],
      ['top-up', 4n, 0n],
    ],
  },
  {
    title: 'once the ledger cannot serve an account, no account after it is served',
    at: { position: position(4n, [account('b', 4n)]), standings: [standing('a', { priority: 1 }), standing('b')] },
    gives: [
      ['too-small', 6n],
      ['too-small', 6n],
    ],
  },
  {
    title: 'a top-up of exactly the maximum is sent, to a new account as well',
    at: { position: fresh(99n), standings: [standing('a', { limits: { ...noLimits, maxTopUp: 5n } })] },
    gives: [['top-up', 5n, 0n]],
  },
  {
    title: 'a minimum above the maximum of one top-up holds',
    at: { position: fresh(99n), standings: [standing('a', { limits: { ...noLimits, maxTopUp: 4n } })] },
    gives: [['over-max', undefined]],
  },
  {
    title: 'the rest of its own budget is sent',
    at: { position: fresh(99n), standings: [standing('a', { limits: { ...noLimits, budgetLeft: 5n } })] },
    gives: [['top-up', 5n, 0n]],
  },
  {
    title: 'a budget with less left than the minimum holds with what is missing',
    at: { position: fresh(99n), standings: [standing('a', { limits: { ...noLimits, budgetLeft: 4n } })] },
    gives: [['budget-exhausted', 6n]],
  },
  {
    title: 'the common budget goes to the first account, and its rest to the second',
    at: {
      position: position(99n, [account('a', 3n), account('b', 4n)]),
      standings: [standing('a'), standing('b')],
      budgetLeft: 9n,
    },
    gives: [
      ['top-up', 7n, 0n],
      ['top-up', 2n, 0n],
    ],
  },
  {
    title: 'a common budget that ran dry holds all later accounts, whatever they need',
    at: {
      position: position(99n, [account('a', 3n), account('b', 9n)]),
      standings: [standing('a'), standing('b')],
      budgetLeft: 6n,
    },
    gives: [
      ['top-up', 6n, 0n],
      ['budget-exhausted', 1n],
    ],
  },
  {
    title: 'a pending refund holds unless it may be reused',
    at: { position: position(99n, [account('a', 9n, 4n)]), standings: [standing('a')] },
    gives: [['refund-pending', undefined]],
  },
  {
    title: 'a refund that may be reused pays first',
    at: { position: position(1n, [account('a', 9n, 4n)]), standings: [standing('a', { onPendingRefund: 'reuse' })] },
    gives: [['top-up', 5n, 4n]],
  },
  {
    title: 'a top-up that needs approval is proposed',
    at: { position: low(99n), standings: [standing('a', { needsApproval: true })] },
    gives: [['propose', 7n, 0n]],
  },
])('$title', ({ at, gives }) => {
  expect(whole(at)).toEqual(gives)
})

test('a top-up from a refund leaves the ledger to other accounts', () => {
  const accounts = position(7n, [account('a', 13n, 10n), account('b', 3n)])
  const standings = [standing('a', { onPendingRefund: 'reuse', priority: 1 }), standing('b')]
  expect(whole({ position: accounts, standings })).toEqual([
    ['top-up', 7n, 7n],
    ['top-up', 7n, 0n],
  ])
})

test('the higher priority is served first, then the shorter runway, then the smaller part of the required balance', () => {
  const demand = (burnRate: bigint | null) => ({ minLockedBalance: 0n, unsettledFee: 0n, burnRate })
  const accounts = position(7n, [account('a', 3n), account('b', 3n), account('c', 4n)])
  const first = (...standings: PlanInput['standings']) =>
    decide({ position: accounts, standings }).findIndex((one) => typeof one === 'bigint')
  expect(first(standing('a'), standing('b', { priority: 1 }))).toBe(1)
  expect(first(standing('a', { priority: 1 }), standing('b'))).toBe(0)
  expect(first(standing('a', { demand: demand(1n) }), standing('b', { demand: demand(2n) }))).toBe(1)
  expect(first(standing('a', { demand: demand(2n) }), standing('b', { demand: demand(1n) }))).toBe(0)
  expect(first(standing('c'), standing('a'))).toBe(1)
  expect(first(standing('a'), standing('c'))).toBe(0)
  expect(first(standing('a'), standing('b'))).toBe(0)
})

test('a failed top-up is tried again at the end of its back-off, and not a second before', () => {
  const failure = { count: 1, at: 1_000, message: '' }
  // 15 s, and as much of a quarter of that as 1000 × 7919 + 104729 leaves in thousandths: 729.
  expect(retryAt(failure)).toBe(1_000 + 15 + Math.floor((15 * 729) / 4_000))
  expect(retryAt({ count: 3, at: 12, message: '' })).toBe(12 + 60 + Math.floor((60 * 215) / 4_000))
  const at = (timestamp: number) => ({
    position: { ...low(99n), block: { number: 100, timestamp } },
    standings: [standing('a', { failure })],
  })
  expect(decide(at(retryAt(failure) - 1))).toEqual(['backing-off'])
  expect(decide(at(retryAt(failure)))).toEqual([7n])
})

test('each decision becomes the event of its name', () => {
  const events = (more: Partial<Decision>) => {
    const [decision] = plan(input({ position: low(99n), standings: [standing('a')] }))
    if (!decision) throw new Error('There is no decision.')
    return autoFundingEvents(low(99n), { settledFrom: null, proposed: null }, { ...decision, ...more } as Decision)
  }
  expect(events({})).toEqual([{ type: 'plan.topUp', amount: '7', at: 1_000 }])
  expect(events({ action: 'propose' })).toEqual([{ type: 'plan.propose', amount: '7', at: 1_000 }])
  expect(events({ action: 'hold', reason: 'reserve' })).toEqual([{ type: 'plan.hold', reason: 'reserve' }])
  expect(events({ action: 'hold', reason: 'sufficient' })).toEqual([{ type: 'plan.sufficient' }])
})
