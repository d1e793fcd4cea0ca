import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fees } from '../../../src/chain/port.ts'
import { capFees, feeParts } from '../../../src/transactions/fees.ts'
import {
  isBlockedBelow,
  isGapProven,
  isOverdue,
  isRefusedForGood,
  isStuck,
  nextSendAfterFailure,
  nextSendAt,
  replacementFees,
  resubmission,
  spenderAction,
  type PendingTransaction,
  type ResubmissionFacts,
  type SpenderFacts,
} from '../../../src/transactions/resubmission.policy.ts'

const signed = { raw: '0x02' }
const unsigned = { raw: null }

/** Sent once at 100 s on a chain with blocks of one second; its bytes are due again at 103 s, and stuck after 110 s. */
const pending = (more: Partial<PendingTransaction> = {}): PendingTransaction => ({
  nonce: 7,
  since: 100_000,
  sendAgainAt: 103_000,
  sends: 1,
  answer: null,
  overdueSince: 10,
  attempts: [signed],
  ...more,
})

const at = (seconds: number, more: Partial<ResubmissionFacts> = {}): ResubmissionFacts => ({
  now: seconds * 1_000,
  blockTimeMs: 1_000,
  spent: 7,
  head: 18,
  isLowest: true,
  ...more,
})

test.each([
  ['just signed and never sent', { sends: 0, sendAgainAt: 100_000 }, at(100), 'rebroadcast'],
  ['sent, and its bytes are not due yet', {}, at(102.999), 'wait'],
  ['sent, and its bytes are due', {}, at(103), 'rebroadcast'],
  ['due, exactly at the end of the wait for a block', {}, at(110), 'rebroadcast'],
  ['due and stuck', {}, at(110.001), 'replace'],
  ['stuck, and not due yet', { sendAgainAt: 113_000 }, at(112), 'wait'],
  ['stuck behind an open one with a lower nonce', {}, at(120, { isLowest: false }), 'rebroadcast'],
  ['old, and not sent by this process yet', { sends: 0 }, at(600), 'rebroadcast'],
  ['stuck, with a replacement whose bytes only the wallet has', { attempts: [signed, unsigned] }, at(120), 'replace'],
  ['due, with bytes that only the wallet has', { attempts: [unsigned] }, at(120), 'wait'],
  ['due, and without any hash', { attempts: [] }, at(120), 'wait'],
  ['nonces were not counted', {}, at(120, { spent: null }), 'rebroadcast'],
  ['stuck, and a nonce below is free', {}, at(120, { spent: 6 }), 'rebroadcast'],
  ['late, and too few blocks went by', {}, at(120, { head: 17 }), 'rebroadcast'],
  ['late on a chain that stands still', {}, at(9_999, { head: 10 }), 'rebroadcast'],
  ['late, and the node does not say its block', {}, at(120, { head: null }), 'rebroadcast'],
  ['refused for its fee', { answer: { reason: 'fee-too-low' } }, at(103), 'replace'],
  [
    'refused for its fee behind an open one',
    { answer: { reason: 'fee-too-low' } },
    at(103, { isLowest: false }),
    'rebroadcast',
  ],
  ['stuck behind another one of a delegated wallet', { answer: { reason: 'delegated-limit' } }, at(120), 'rebroadcast'],
  ['its own nonce is spent', {}, at(120, { spent: 8 }), 'find-spender'],
  ['its own nonce is spent, and its bytes are not due', {}, at(101, { spent: 8 }), 'find-spender'],
  ['its own nonce is spent, and it has no hash', { attempts: [] }, at(120, { spent: 9 }), 'find-spender'],
  ['a lagging node counts fewer nonces', {}, at(103, { spent: 0 }), 'rebroadcast'],
] as const)('what is done about a transaction without a receipt: %s', (_, transaction, facts, action) => {
  expect(resubmission(pending(transaction), facts)).toBe(action)
})

test.each([
  // Blocks of 1 s: two, three and ten blocks, but not less than one, one and eight seconds.
  [1_000, { overdue: 2_000, resend: 3_000, retry: 1_000, stuck: 10_000 }],
  [100, { overdue: 1_000, resend: 1_000, retry: 1_000, stuck: 8_000 }],
  [12_000, { overdue: 24_000, resend: 30_000, retry: 12_000, stuck: 120_000 }],
  [600_000, { overdue: 30_000, resend: 30_000, retry: 30_000, stuck: 300_000 }],
])('waits follow the block time of %i ms, within bounds', (blockTimeMs, { overdue, resend, retry, stuck }) => {
  const transaction = pending({ since: 0, sendAgainAt: Infinity })
  const times = (now: number) => ({ now, blockTimeMs, head: 100 })
  expect([isOverdue(transaction, times(overdue)), isOverdue(transaction, times(overdue + 1))]).toEqual([false, true])
  expect([isStuck(transaction, times(stuck)), isStuck(transaction, times(stuck + 1))]).toEqual([false, true])
  expect([nextSendAt(times(5)), nextSendAfterFailure(transaction, times(5))]).toEqual([5 + resend, 5 + retry])
})

test('a broadcast that failed never puts off the bytes that are due sooner anyway', () => {
  expect(nextSendAfterFailure(pending({ sendAgainAt: 100_400 }), at(100))).toBe(100_400)
})

test.each([
  ['nonces were not counted', null, 120, false],
  ['a nonce below is not spent', 6, 120, true],
  ['a nonce below is not spent, and the receipt is not overdue yet', 6, 102, false],
  ['every nonce below is spent', 7, 120, false],
  ['its own nonce is spent', 8, 120, false],
] as const)('receipts below the lowest open nonce are asked for again: %s', (_, spent, seconds, expected) => {
  expect(isBlockedBelow(pending(), at(seconds, { spent }))).toBe(expected)
})

const spender = (more: Partial<SpenderFacts> = {}): SpenderFacts => ({
  transactionHash: '0xspender',
  isSameCall: false,
  isFinal: true,
  ...more,
})

const own = { hash: '0xown', raw: '0xsigned' }
const ofWallet = { hash: '0xwallet', raw: null }
const itself = { hash: '0xspender', raw: '0xsigned' }

test.each([
  ['it is the first attempt', [itself, own], spender(), 'wait'],
  ['it is the replacement', [own, itself], spender({ isSameCall: true }), 'wait'],
  ['a wallet that signs by sending signed the same call anew', [ofWallet], spender({ isSameCall: true }), 'adopt'],
  ['it makes the same call, and the wallet gave no hash', [], spender({ isSameCall: true }), 'adopt'],
  ['the same call of another machine, in a block that may be replaced', [own], sameOf({ isFinal: false }), 'wait'],
  ['the same call of another machine, in a final block', [own], sameOf(), 'abandon'],
  ['another transaction, in a block that may be replaced', [own], spender({ isFinal: false }), 'wait'],
  ['another transaction, in a final block', [own], spender(), 'abandon'],
  ['another transaction, and only the wallet knows whether the intent was sent', [], spender(), 'wait'],
] as const)('what a spent nonce means for the transaction that was to get it: %s', (_, attempts, facts, action) => {
  expect(spenderAction(attempts, facts)).toBe(action)
})

function sameOf(more: Partial<SpenderFacts> = {}): SpenderFacts {
  return spender({ isSameCall: true, ...more })
}

const amount = fc.bigInt({ min: 1n, max: 10n ** 15n })
const legacyFees = fc.record({ gasPrice: amount })
const marketFees = fc
  .tuple(amount, amount)
  .map(([a, b]) =>
    a > b ? { maxFeePerGas: a, maxPriorityFeePerGas: b } : { maxFeePerGas: b, maxPriorityFeePerGas: a },
  )
const anyFees: fc.Arbitrary<Fees> = fc.oneof(legacyFees, marketFees)
const anyCap = fc.option(amount, { nil: null })

const price = (fees: Fees): bigint => ('gasPrice' in fees ? fees.gasPrice : fees.maxFeePerGas)

test.each([
  ['an eighth more', { gasPrice: 80n }, { gasPrice: 50n }, null, { gasPrice: 90n }],
  ['an eighth more, rounded up', { gasPrice: 1n }, { gasPrice: 1n }, null, { gasPrice: 2n }],
  ['what the chain asks, where that is more', { gasPrice: 80n }, { gasPrice: 200n }, null, { gasPrice: 200n }],
  ['the cap, where that is a tenth more', { gasPrice: 80n }, { gasPrice: 200n }, 88n, { gasPrice: 88n }],
  ['nothing, where the cap leaves less than a tenth more', { gasPrice: 80n }, { gasPrice: 200n }, 87n, null],
  ['ten times what the chain asks at most', { gasPrice: 95n }, { gasPrice: 10n }, null, null],
  [
    'both parts',
    { maxFeePerGas: 80n, maxPriorityFeePerGas: 8n },
    { maxFeePerGas: 50n, maxPriorityFeePerGas: 20n },
    null,
    { maxFeePerGas: 90n, maxPriorityFeePerGas: 20n },
  ],
  [
    'the tip by itself, where the chain names a price only',
    { maxFeePerGas: 80n, maxPriorityFeePerGas: 8n },
    { gasPrice: 50n },
    null,
    { maxFeePerGas: 90n, maxPriorityFeePerGas: 9n },
  ],
  [
    'a price, where the chain names a tip too',
    { gasPrice: 80n },
    { maxFeePerGas: 50n, maxPriorityFeePerGas: 9n },
    null,
    { gasPrice: 90n },
  ],
] as const)('a replacement offers %s', (_, before, now, cap, expected) => {
  expect(replacementFees(before, now, cap)).toEqual(expected)
})

test('a replacement never passes the cap or ten times what the chain asks, and offers a tenth more in every part', () => {
  fc.assert(
    fc.property(anyFees, anyFees, anyCap, (before, now, cap) => {
      const next = replacementFees(before, now, cap)
      const most = cap === null || price(now) * 10n < cap ? price(now) * 10n : cap
      const previous = feeParts(before)
      // The price has the bound, and the tip is a part of the price.
      expect(next === null).toBe(previous.some((part) => most * 10n < part * 11n))
      if (next === null) return
      const parts = feeParts(next)
      expect(Object.keys(next)).toEqual(Object.keys(before))
      expect(parts.every((part, index) => part * 10n >= (previous[index] ?? 0n) * 11n)).toBe(true)
      expect(parts.every((part) => part <= most)).toBe(true)
      expect(parts.every((part) => part <= price(next))).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('replacements of replacements end: the fee stays below ten times what the chain asks', () => {
  fc.assert(
    fc.property(marketFees, anyCap, (asked, cap) => {
      let fees: Fees | null = capFees(asked, cap)
      let count = 0
      for (let next: Fees | null = fees; next; next = replacementFees(next, asked, cap)) {
        fees = next
        count += 1
      }
      expect(price(fees) <= price(asked) * 10n).toBe(true)
      // 1.1 to the power of 25 is more than ten.
      expect(count).toBeLessThan(27)
    }),
  )
})

test('capped fees never pass the cap, keep a tip within the price, and stay as they are below the cap', () => {
  fc.assert(
    fc.property(anyFees, anyCap, (fees, cap) => {
      const capped = capFees(fees, cap)
      expect(feeParts(capped).every((part) => cap === null || part <= cap)).toBe(true)
      expect(feeParts(capped).every((part) => part <= price(capped))).toBe(true)
      if (cap === null || price(fees) <= cap) expect(capped).toEqual(fees)
    }),
  )
})

test('no facts have a transaction replaced that was not sent, is not stuck, is not the lowest or is not signed', () => {
  const times = fc.integer({ min: 0, max: 1_000_000 })
  const transactions = fc.record({
    nonce: fc.nat(5),
    since: times,
    sendAgainAt: times,
    sends: fc.nat(3),
    answer: fc.constantFrom(null, { reason: 'fee-too-low' }, { reason: 'delegated-limit' }, { reason: 'none' }),
    overdueSince: fc.option(fc.nat(20), { nil: null }),
    attempts: fc.array(fc.constantFrom(signed, unsigned), { maxLength: 3 }),
  })
  const facts = fc.record({
    now: times,
    blockTimeMs: fc.integer({ min: 1, max: 60_000 }),
    spent: fc.option(fc.nat(6), { nil: null }),
    head: fc.option(fc.nat(40), { nil: null }),
    isLowest: fc.boolean(),
  })
  fc.assert(
    fc.property(transactions, facts, (transaction, given) => {
      const action = resubmission(transaction, given)
      const isSpent = given.spent !== null && given.spent > transaction.nonce
      expect(action === 'find-spender').toBe(isSpent)
      if (action === 'wait' || isSpent) return
      expect(transaction.attempts).toContain(signed)
      expect(given.now).toBeGreaterThanOrEqual(transaction.sendAgainAt)
      const isStuckNext = given.spent === transaction.nonce && isStuck(transaction, given)
      const reason = transaction.answer?.reason
      const isUnderpriced = reason === 'fee-too-low' && transaction.sends > 0
      const mayRise = given.isLowest && reason !== 'delegated-limit'
      expect(action === 'replace').toBe(mayRise && (isStuckNext || isUnderpriced))
      if (action === 'replace') expect(transaction.sends).toBeGreaterThan(0)
    }),
    { numRuns: 1_000 },
  )
})

test.each([
  [{ refusals: 1, spent: 7, isKnown: false }, false],
  [{ refusals: 2, spent: 7, isKnown: false }, true],
  [{ refusals: 2, spent: 3, isKnown: false }, true],
  [{ refusals: 2, spent: 8, isKnown: false }, false],
  [{ refusals: 2, spent: null, isKnown: false }, false],
  [{ refusals: 9, spent: 7, isKnown: true }, false],
  [{ refusals: 9, spent: 7, isKnown: false, blocksSinceTaken: 11 }, false],
  [{ refusals: 2, spent: 7, isKnown: false, blocksSinceTaken: 12 }, true],
])('a refused transaction ends only where its nonce was never taken and no node has it: %o', (facts, ends) => {
  expect(isRefusedForGood({ nonce: 7, blocksSinceTaken: null, ...facts })).toBe(ends)
})

test('a nonce counts as free once it was missing for three blocks', () => {
  expect([1, 2, 3, 4].map((passed) => isGapProven({ since: 10, head: 10 + passed }))).toEqual([
    false,
    false,
    true,
    true,
  ])
})
