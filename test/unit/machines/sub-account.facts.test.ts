import { expect, test } from 'vitest'
import {
  facts,
  gradeReading,
  nextUnlock,
  readingOf,
  type Fact,
  type Reading,
  type SubAccountPosition,
} from '../../../machines/index.ts'

const absent: Reading = {
  exists: false,
  balance: '0',
  pendingRefund: '0',
  claimable: '0',
  unlocksAt: null,
  required: '5',
  block: 1,
}
const reading = (balance: bigint, pendingRefund = 0n, claimable = 0n): Reading => ({
  ...absent,
  exists: true,
  balance: `${balance}`,
  pendingRefund: `${pendingRefund}`,
  claimable: `${claimable}`,
})

test.for<[Fact, Reading]>([
  ['account.gone', absent],
  ['account.empty', reading(0n)],
  ['balance.low', reading(4n)],
  ['balance.ample', reading(5n)],
  ['refund.locked', reading(9n, 1n)],
  ['refund.locked', reading(9n, 9n)],
  ['refund.claimable', reading(9n, 9n, 1n)],
])('the fact %s is read from %o', ([fact, one]) => {
  expect(gradeReading(one)).toBe(fact)
})

/** The facts that lead a chart from the row's fact to the column's. */
const expected: Record<Fact, Record<Fact, Fact[]>> = (() => {
  const all = (change: Partial<Record<Fact, Fact[]>>): Record<Fact, Fact[]> => ({
    'account.gone': ['account.empty', 'account.gone'],
    'account.empty': ['account.empty'],
    'balance.low': ['balance.low'],
    'balance.ample': ['balance.ample'],
    'refund.locked': ['refund.locked'],
    'refund.claimable': ['refund.locked', 'refund.claimable'],
    ...change,
  })
  const fromNothing: Partial<Record<Fact, Fact[]>> = {
    'refund.locked': ['balance.ample', 'refund.locked'],
    'refund.claimable': ['balance.low', 'refund.locked', 'refund.claimable'],
  }
  const fromRefund: Partial<Record<Fact, Fact[]>> = { 'refund.claimable': ['refund.claimable'] }
  return {
    'account.gone': all({ ...fromNothing, 'account.gone': [], 'account.empty': ['balance.low', 'account.empty'] }),
    'account.empty': all({ ...fromNothing, 'account.gone': ['account.gone'] }),
    'balance.low': all({}),
    'balance.ample': all({}),
    'refund.locked': all(fromRefund),
    'refund.claimable': all(fromRefund),
  }
})()

const shows: Record<Fact, Reading> = {
  'account.gone': absent,
  'account.empty': reading(0n),
  'balance.low': reading(4n),
  'balance.ample': reading(5n),
  'refund.locked': reading(9n, 4n),
  'refund.claimable': reading(9n, 9n, 9n),
}

test('the facts between two readings are those that must have happened, each with the new reading', () => {
  const states = Object.keys(shows) as Fact[]
  for (const before of states)
    for (const now of states)
      expect([before, now, facts(before, shows[now])]).toEqual([
        before,
        now,
        expected[before][now].map((type) => ({ type, reading: shows[now] })),
      ])
})

const account = (provider: string, more: Partial<SubAccountPosition> = {}): SubAccountPosition => ({
  provider,
  serviceType: 'inference',
  balance: 7n,
  pendingRefund: 3n,
  available: 4n,
  claimable: 2n,
  refunds: [
    { amount: 2n, createdAt: 10, unlocksAt: 20, claimable: true },
    { amount: 1n, createdAt: 50, unlocksAt: 60, claimable: false },
    { amount: 1n, createdAt: 30, unlocksAt: 40, claimable: false },
  ],
  acknowledged: true,
  tokensRevoked: false,
  ...more,
})

test('the same provider in another service is another sub-account', () => {
  const position = {
    block: { number: 9, timestamp: 35 },
    wallet: { address: 'wallet', balance: 0n },
    ledger: null,
    subAccounts: [
      account('a', { serviceType: 'fine-tuning', balance: 1n }),
      account('b', { balance: 2n }),
      account('a'),
    ],
  }
  expect(readingOf(position, { provider: 'a', serviceType: 'inference' }, 5n)).toEqual({
    exists: true,
    balance: '7',
    pendingRefund: '3',
    claimable: '2',
    unlocksAt: 40,
    required: '5',
    block: 9,
  })
  expect(readingOf(position, { provider: 'c', serviceType: 'inference' }, 5n)).toEqual({ ...absent, block: 9 })
})

test('the next unlock is the earliest one of a locked refund', () => {
  expect(nextUnlock(account('a'))).toBe(40)
  expect(nextUnlock(account('a', { refunds: [] }))).toBeNull()
})
