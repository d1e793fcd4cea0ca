import { describe, expect, test } from 'vitest'
import { noConditions, type PlanConditions } from '../../../../src/cli/replay/plan-conditions.ts'
import type { FundingConfig } from '../../../../src/cli/config/file.ts'
import type { Terms } from '../../../../src/cli/config/terms.ts'
import { movesBetween } from '../../../../src/cli/replay/movements.ts'
import { replay } from '../../../../src/cli/replay/replay.ts'
import { ogToWei as og, weiToOg, type Position } from '../../../../src/index.ts'
import { funded, id, MINUTE, policy, position } from '../../../support/recorded.ts'

/** Neither deposits nor refunds. */
const QUIET = { deposits: 0, deposited: 0n, requests: 0, claimed: 0n }
const UNASKED = { requests: 0, claimed: 0n }

describe('between two readings', () => {
  const before = position(0, { ledger: '10', a: '2', b: '3' })

  test.for<[string, Position, Record<string, string>]>([
    ['a fall is a charge', position(1, { ledger: '10', a: '1.5', b: '3' }), { 'a charged': '0.5' }],
    ['a rise is a top-up', position(1, { ledger: '9', a: '3', b: '3' }), { 'a paid': '1' }],
    [
      'what the ledger lost beyond a rise was also charged',
      position(1, { ledger: '8.75', a: '3', b: '3' }),
      { 'a paid': '1.25', 'a charged': '0.25' },
    ],
    [
      'what the ledger lost beside a fall was paid and charged',
      position(1, { ledger: '9.5', a: '1.75', b: '3' }),
      { 'a paid': '0.5', 'a charged': '0.75' },
    ],
    [
      'several that rose share what was charged, each in proportion',
      position(1, { ledger: '6', a: '3', b: '5' }),
      {
        'a paid': '1.333333333333333333',
        'a charged': '0.333333333333333333',
        'b paid': '2.666666666666666667',
        'b charged': '0.666666666666666667',
      },
    ],
    [
      'what the wallet received was withdrawn',
      position(1, { ledger: '7', a: '2', b: '3', wallet: '103' }),
      { deposited: '-3' },
    ],
    [
      'what no account lost was deposited',
      position(1, { ledger: '14', a: '3', b: '3' }),
      { 'a paid': '1', deposited: '5' },
    ],
    ['an opened sub-account was paid', position(1, { ledger: '8', a: '2', b: '3', c: '2' }), { 'c paid': '2' }],
  ])('%s', ([, after, expected]) => {
    expect(movesInOg(movesBetween(before, after))).toEqual(expected)
  })

  test('a claim of an unlocked refund is no charge', () => {
    const asked = position(0, { ledger: '10', a: '2' }, { pendingRefund: og('1.5'), unlocksAt: MINUTE })
    expect(movesInOg(movesBetween(asked, position(1, { ledger: '11.5', a: '0.25' })))).toEqual({
      'a claimed': '1.5',
      'a charged': '0.25',
    })
    const locked = position(0, { ledger: '10', a: '2' }, { pendingRefund: og('1.5'), unlocksAt: 9 * MINUTE })
    expect(movesInOg(movesBetween(locked, position(1, { ledger: '10', a: '0.5' })))).toEqual({ 'a charged': '1.5' })
  })
})

describe('a policy', () => {
  /** One sub-account that is charged half an OG a minute. The recording has one top-up of 2 OG, after it had been too low. */
  const recording = [
    position(0, { ledger: '10', a: '2' }),
    position(1, { ledger: '10', a: '1.5' }),
    position(2, { ledger: '10', a: '1' }),
    position(3, { ledger: '10', a: '0.5' }),
    position(4, { ledger: '8', a: '2' }),
    position(5, { ledger: '8', a: '1.5' }),
  ]
  const recorded = {
    ...QUIET,
    topUps: 1,
    paid: og('2'),
    smallestLedger: og('2'),
    secondsBelow: MINUTE,
    subAccounts: [
      { ...id('a'), ...UNASKED, topUps: 1, paid: og('2'), charged: og('2.5'), unpaid: 0n, secondsBelow: MINUTE },
    ],
  }

  test('tops up one position after the deficit shows, and never falls below the minimum', () => {
    expect(replay(recording, policy({}))).toEqual({
      positions: 6,
      seconds: 5 * MINUTE,
      // 2 → 1.5, and from then on each charge meets what was sent for the one before it.
      policy: {
        ...QUIET,
        topUps: 4,
        paid: og('2'),
        smallestLedger: og('2'),
        secondsBelow: 0,
        subAccounts: [
          { ...id('a'), ...UNASKED, topUps: 4, paid: og('2'), charged: og('2.5'), unpaid: 0n, secondsBelow: 0 },
        ],
      },
      recorded,
      depositHolds: [],
      unrecorded: ['minLockedBalance', 'minTransfer', 'gasReserve', 'unsettledFees'],
    })
  })

  test('by default fills up to 1.5 times the trigger', () => {
    const { policy: made } = replay(recording, { defaults: {}, providers: null })
    expect(made).toMatchObject({ topUps: 2, paid: og('3'), secondsBelow: 0 })
  })

  test.for<[string, Partial<FundingConfig> & Terms, [number, string, string, number]]>([
    ['with a target sends more at once and less often', { target: '4' }, [1, '2.5', '2.5', 0]],
    ['with a multiple as a target does the same', { target: 4 }, [1, '2.5', '2.5', 0]],
    ['with a maximum for one top-up sends no more at once', { maxTopUp: '0.25' }, [4, '1', '1', 1]],
    ['with a cooldown waits between two top-ups', { cooldownMs: 150_000 }, [2, '2', '2', 1]],
    [
      'with a budget for each provider stops when it is spent',
      { budget: { amount: '0.75', per: '1h' } },
      [2, '0.75', '0.75', 1],
    ],
    ['with a budget whose window moves on sends again', { budget: { amount: '0.5', per: '2m' } }, [2, '1', '1', 0]],
    ['with a reserve needs a ledger that also holds the reserve', { ledgerReserve: '7' }, [4, '2', '9', 0]],
    ['with a reserve above the ledger sends nothing', { ledgerReserve: '10' }, [0, '0', '12', 2]],
    ['with its own minimum is measured by it', { minLockedBalance: '0.1' }, [1, '0.2', '0.2', 1]],
  ])('%s', ([, terms, [topUps, paid, smallestLedger, minutes]]) => {
    const { policy: made } = replay(recording, policy(terms))
    const { subAccounts: _, ...figures } = made
    expect(figures).toEqual({
      ...QUIET,
      topUps,
      paid: og(paid),
      smallestLedger: og(smallestLedger),
      secondsBelow: minutes * MINUTE,
    })
  })
})

describe('several sub-accounts', () => {
  /** 2 OG in the ledger; a lacks 1 OG and b 1.5 OG from the first position on, and the recording has no top-up. */
  const poor = [0, 1, 2].map((minute) => position(minute, { ledger: '2', a: '1', b: '0.5' }))
  const provided = (a: Terms, b: Terms, more: Partial<FundingConfig> = {}) =>
    policy({}, { providers: [funded('a', a), funded('b', b)], ...more })

  test.for<[string, FundingConfig, { a: string; b: string }]>([
    ['the one with less is funded first', provided({}, {}), { a: '0.5', b: '1.5' }],
    ['unless the other has priority', provided({ priority: 1 }, {}), { a: '1', b: '1' }],
    [
      'within the budget of all providers together',
      provided({}, {}, { budget: { amount: '1', per: '1h' } }),
      { a: '0', b: '1' },
    ],
    ['each leaves its own reserve', provided({}, { ledgerReserve: '1.75' }), { a: '1', b: '0.25' }],
    ['only named providers get top-ups', policy({}, { providers: [funded('a', {})] }), { a: '1', b: '0' }],
    ['a sub-account that does not exist is opened', policy({}, { providers: [funded('c', {})] }), { a: '0', b: '0' }],
  ])('%s', ([, config, expected]) => {
    const { policy: made } = replay(poor, config)
    const paid = Object.fromEntries(made.subAccounts.map(({ provider, paid }) => [provider, weiToOg(paid)]))
    expect(paid).toEqual({ ...expected, ...(config.providers?.[0]?.provider === 'c' && { c: '2' }) })
  })

  test('the smallest ledger is what the policy needs, whatever the ledger held', () => {
    const { policy: made, recorded } = replay(poor, provided({}, {}))
    expect(made).toEqual({
      ...QUIET,
      topUps: 2,
      paid: og('2'),
      smallestLedger: og('2.5'),
      secondsBelow: MINUTE,
      subAccounts: [
        { ...id('a'), ...UNASKED, topUps: 1, paid: og('0.5'), charged: 0n, unpaid: 0n, secondsBelow: 0 },
        { ...id('b'), ...UNASKED, topUps: 1, paid: og('1.5'), charged: 0n, unpaid: 0n, secondsBelow: MINUTE },
      ],
    })
    expect(recorded).toEqual({
      ...QUIET,
      topUps: 0,
      paid: 0n,
      smallestLedger: 0n,
      secondsBelow: 2 * MINUTE,
      subAccounts: [
        { ...id('a'), ...UNASKED, topUps: 0, paid: 0n, charged: 0n, unpaid: 0n, secondsBelow: 0 },
        { ...id('b'), ...UNASKED, topUps: 0, paid: 0n, charged: 0n, unpaid: 0n, secondsBelow: 2 * MINUTE },
      ],
    })
  })
})

test('a runway follows the measured burn, and fills up for its target time', () => {
  const charged = Array.from({ length: 7 }, (_, minute) => {
    return position(minute, { ledger: '90', a: weiToOg(og('10') - BigInt(minute) * og('1')) })
  })
  const { policy: made } = replay(charged, policy({ runway: { trigger: '5m', target: '20m' } }))
  // From the fourth position on 60 OG an hour are known; 1 OG + 5 minutes of it is 6 OG. At the sixth 5 OG are left,
  // and 1 OG + 20 minutes are 21 OG.
  expect(made).toEqual({
    ...QUIET,
    topUps: 1,
    paid: og('16'),
    smallestLedger: og('16'),
    secondsBelow: 0,
    subAccounts: [{ ...id('a'), ...UNASKED, topUps: 1, paid: og('16'), charged: og('6'), unpaid: 0n, secondsBelow: 0 }],
  })
})

describe('what was recorded beside the positions', () => {
  const still = [0, 1, 2].map((minute) => position(minute, { ledger: '50', a: '2' }))
  const known = (conditions: Partial<PlanConditions>) => new Map([[0, { ...noConditions, ...conditions }]])
  const paid = (
    positions: readonly Position[],
    conditions: ReadonlyMap<number, PlanConditions>,
    terms: Terms = {},
    more: Partial<FundingConfig> = {},
  ) => {
    const { policy: made, unrecorded } = replay(positions, policy(terms, more), conditions)
    return [weiToOg(made.paid), unrecorded.length]
  }
  const owed = (fee: string) => known({ unsettledFees: { 'inference a': og(fee) } })

  test.for<[string, Partial<PlanConditions>, Terms, string]>([
    ['an unsettled fee is required on top', { unsettledFees: { 'inference a': og('3') } }, {}, '3'],
    ['the unsettled fee of another sub-account is not', { unsettledFees: { 'inference b': og('3') } }, {}, '0'],
    [
      'nor is it where the policy leaves unsettled fees out',
      { unsettledFees: { 'inference a': og('3') } },
      { unsettledFee: false },
      '0',
    ],
    ['an unsettled fee beyond the cap holds the top-up', { unsettledFees: { 'inference a': og('10') + 1n } }, {}, '0'],
    [
      'unless the policy raises the cap',
      { unsettledFees: { 'inference a': og('11') } },
      { maxUnsettledFee: '11' },
      '11',
    ],
    ['the recorded minimum counts', { minLockedBalance: og('2') }, {}, '2'],
    ['unless the policy has its own minimum', { minLockedBalance: og('2') }, { minLockedBalance: '1' }, '0'],
    ['the wallet keeps the gas of a full exit', { gasReserve: og('100'), minLockedBalance: og('2') }, {}, '0'],
  ])('counts in the plan: %s', ([, conditions, terms, amount]) => {
    expect(paid(still, known(conditions), terms)).toEqual([amount, 4 - Object.keys(conditions).length])
  })

  test('the recorded minimum of a transfer counts where a sub-account is opened', () => {
    const named = { providers: [funded('c', { minLockedBalance: '0.1' })] }
    expect(paid(still, new Map(), {}, named)).toEqual(['0.2', 4])
    expect(paid(still, known({ minTransfer: og('1') }), {}, named)).toEqual(['1', 3])
  })

  test('each condition holds until the next record', () => {
    const fees = new Map([...owed('1'), [1, { ...noConditions, unsettledFees: { 'inference a': og('1.5') } }]])
    expect(paid(still, owed('1'))).toEqual(['1', 3])
    expect(paid(still, fees)).toEqual(['1.5', 3])
  })
})

test('a burn that jumps holds the top-up, as in the broker', () => {
  const paid = (balances: readonly string[]) => {
    const hourly = balances.map((a, hour) => position(hour * 60, { ledger: '50', a }))
    return weiToOg(replay(hourly, policy({ target: '90', minLockedBalance: '40' })).policy.paid)
  }
  expect(paid(['195', '175', '155', '135', '115', '95', '75', '75'])).toBe('15')
  expect(paid(['100', '99', '98', '97', '96', '95', '75', '75'])).toBe('0')
})

test('a pending refund holds the top-up, or is used first', () => {
  const pending = [0, 1, 2].map((minute) =>
    position(minute, { ledger: '10', a: '2' }, { pendingRefund: og('1.5'), unlocksAt: 60 * MINUTE }),
  )
  const figures = (terms: Terms) => replay(pending, policy(terms)).policy
  expect(figures({})).toMatchObject({ topUps: 0, paid: 0n, smallestLedger: 0n, secondsBelow: 2 * MINUTE })
  expect(figures({ onPendingRefund: 'reuse' })).toMatchObject({
    topUps: 1,
    paid: og('1.5'),
    smallestLedger: 0n,
    secondsBelow: MINUTE,
  })
})

test('a charge that the balance cannot pay is reported', () => {
  const drained = [
    position(0, { ledger: '0', a: '1.5' }),
    position(1, { ledger: '0', a: '1' }),
    // The recording has a deposit and a top-up; this policy sends none.
    position(2, { ledger: '0', a: '3' }),
    position(3, { ledger: '0', a: '1' }),
  ]
  const { policy: made, recorded } = replay(drained, policy({ ledgerReserve: '5' }))
  expect(made).toMatchObject({
    topUps: 0,
    subAccounts: [{ charged: og('1.5'), unpaid: og('1'), secondsBelow: 0 }],
  })
  expect(recorded).toMatchObject({ topUps: 1, paid: og('2'), subAccounts: [{ charged: og('2.5'), unpaid: 0n }] })
})

/** All moves that are not zero, in OG. */
function movesInOg({ accounts, deposited }: ReturnType<typeof movesBetween>): Record<string, string> {
  const moves = [...accounts].flatMap(([key, move]) =>
    Object.entries(move).map(([what, amount]): [string, bigint] => [
      `${key.replace('inference:', '')} ${what}`,
      amount,
    ]),
  )
  return Object.fromEntries(
    [...moves, ['deposited', deposited] as const].flatMap(([name, wei]) => (wei === 0n ? [] : [[name, weiToOg(wei)]])),
  )
}
