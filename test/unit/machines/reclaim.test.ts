import { expect, test } from 'vitest'
import {
  planWithShortfall,
  type PlanInput,
  type ReclaimStanding,
  type Standing,
  type SubAccountPosition,
} from '../../../machines/index.ts'
import { account, brief, input, position, standing } from '../../support/plans.ts'

// The block time of the plans is 1000.
const AFTER = 100
const NOW = 1_000

/** A rule that asks at once, for a sub-account of which everything is known and nothing has used it. */
const idle = (more: Partial<ReclaimStanding> = {}, use: Partial<ReclaimStanding['use']> = {}): Partial<Standing> => ({
  reclaim: {
    after: AFTER,
    keep: 0n,
    when: 'always',
    use: { knownSince: 0, lastAt: null, reclaimedAt: null, isReading: false, ...use },
    failure: null,
    ...more,
  },
  autoClaim: true,
})

const rows = (more: Parameters<typeof input>[0]) =>
  planWithShortfall(input(more)).decisions.map(({ reclaim }) => reclaim)
const waits = (more: Parameters<typeof input>[0]) => rows(more).map((one) => one?.wait)

/** What the plan says of one sub-account that holds 30 wei, 10 of them required. */
const row = (more: Partial<Standing>, rest: Partial<PlanInput> = {}, at: SubAccountPosition = account('a', 30n)) =>
  rows({ position: position(100n, [at]), standings: [standing('a', more)], ...rest })[0]

test('without a rule, without a sub-account, or while auto-funding is off, nothing is said of idle money', () => {
  expect(row({})).toBeUndefined()
  expect(row({ ...idle(), mode: 'off' })).toBeUndefined()
  expect(rows({ position: position(100n, []), standings: [standing('a', idle())] })).toEqual([undefined])
})

test('an idle sub-account gives back what is free beyond what it keeps', () => {
  expect(row(idle())).toEqual({ amount: 30n, cost: 0n, idleFrom: AFTER, wait: null })
  expect(row(idle({ keep: 12n }))).toEqual({ amount: 18n, cost: 0n, idleFrom: AFTER, wait: null })
  expect(row(idle({ keep: 30n }))).toEqual({ amount: 0n, cost: 0n, idleFrom: AFTER, wait: 'nothing-free' })
  expect(row(idle({ keep: 31n }))).toEqual({ amount: 0n, cost: 0n, idleFrom: AFTER, wait: 'nothing-free' })
})

test.for<[string, Partial<ReclaimStanding['use']>, number | null, string | null]>([
  ['used exactly so long ago', { lastAt: NOW - AFTER }, NOW, null],
  ['used a second later', { lastAt: NOW - AFTER + 1 }, NOW + 1, 'in-use'],
  ['nothing known', { knownSince: null }, null, 'use-unknown'],
  ['nothing known but a use', { knownSince: null, lastAt: NOW - 5 }, null, 'in-use'],
  ['known for exactly so long', { knownSince: NOW - AFTER }, NOW, null],
  ['known for a second less', { knownSince: NOW - AFTER + 1 }, NOW + 1, 'use-unknown'],
  ['used before that was known', { knownSince: NOW - 50, lastAt: 1 }, NOW + 50, 'use-unknown'],
])('what is not known counts as use: %s', ([, use, idleFrom, wait]) => {
  expect(row(idle({}, use))).toMatchObject({ idleFrom, wait })
})

test('each hold has its reason', () => {
  const wait = (more: Partial<Standing>, rest: Partial<PlanInput> = {}, at?: SubAccountPosition) =>
    row(more, rest, at)?.wait
  const failed = (at: number) => idle({ failure: { count: 1, at, message: '' } })
  const owed = { demand: { minLockedBalance: 5n, unsettledFee: 1n, burnRate: null } }
  expect({
    inFlight: wait({ ...idle(), inFlight: true }),
    settling: wait({ ...idle(), settledFrom: 101 }),
    paused: wait({ ...idle(), mode: 'paused' }),
    stale: wait(idle(), { isStale: true }),
    reclaiming: wait(idle(), {}, account('a', 30n, 30n)),
    asked: wait(idle({}, { knownSince: null, reclaimedAt: 5 }), {}, account('a', 30n, 30n)),
    usedSince: wait(idle({}, { lastAt: NOW }), {}, account('a', 30n, 30n)),
    owed: wait({ ...idle(), ...owed }),
    needed: wait(idle({ when: 'needed' })),
    unknownPending: wait(idle(), { hasUnknownPending: true }),
    unrecorded: wait(idle(), { cannotRecord: true }),
    foreign: wait(idle(), { holdsForForeign: true }),
    unpriced: wait(idle(), { gasPrice: null }),
    dust: wait(idle(), { gasPrice: 1n }),
    worth: wait(idle(), { gasPrice: 1n }, account('a', 365_001n)),
    worthLess: wait(idle(), { gasPrice: 1n }, account('a', 365_000n)),
    keptWorth: wait(idle({ keep: 1n }), { gasPrice: 1n }, account('a', 680_002n)),
    keptWorthLess: wait(idle({ keep: 1n }), { gasPrice: 1n }, account('a', 680_001n)),
    fees: wait(idle(), { feesAreHigh: true }),
    gas: wait(idle(), { gasReserve: 1n }),
    failed: wait(failed(990)),
    tried: wait(failed(980)),
    datedAhead: wait(failed(NOW + 3_601)),
    another: wait(idle(), { isReclaiming: true }),
  }).toEqual({
    inFlight: 'in-flight',
    settling: 'in-flight',
    paused: 'paused',
    stale: 'stale-reading',
    reclaiming: 'reclaiming',
    asked: 'reclaiming',
    usedSince: 'in-use',
    owed: 'fee-owed',
    needed: 'not-needed',
    unknownPending: 'unknown-pending',
    unrecorded: 'journal-unavailable',
    foreign: 'foreign-transaction',
    unpriced: 'gas-unread',
    dust: 'dust',
    worth: null,
    worthLess: 'dust',
    keptWorth: null,
    keptWorthLess: 'dust',
    fees: 'fees-high',
    gas: 'gas-short',
    failed: 'backing-off',
    tried: null,
    datedAhead: null,
    another: 'queued',
  })
})

test('one sub-account gives back at a time: the longest unused first, and of those the one with the most', () => {
  const accounts = [account('a', 30n), account('b', 40n), account('c', 50n), account('d', 60n)]
  const standings = [
    standing('a', idle({}, { lastAt: 20 })),
    standing('b', idle({}, { lastAt: 10 })),
    standing('c', idle({}, { lastAt: 10 })),
    standing('d', idle({}, { lastAt: NOW })),
  ]
  expect(waits({ position: position(100n, accounts), standings })).toEqual(['queued', 'queued', null, 'in-use'])
})

test('a short ledger asks as long as pending refunds do not bring what is lacking', () => {
  const needy = standing('needy', { required: 50n })
  const rule = idle({ when: 'needed' })
  const waitsWith = (refund: SubAccountPosition, more: Partial<Standing> = {}, rest: Partial<PlanInput> = {}) =>
    waits({
      position: position(10n, [account('needy', 20n), account('a', 30n), refund]),
      standings: [needy, standing('a', rule), standing('b', { required: 0n, ...more })],
      ...rest,
    })[1]
  // The top-up of 30 wei lacks 20.
  expect({
    lacking: waitsWith(account('b', 0n)),
    coming: waitsWith(account('b', 20n, 20n), { autoClaim: true }),
    comingInPart: waitsWith(account('b', 19n, 19n), { autoClaim: true }),
    staying: waitsWith(account('b', 20n, 20n)),
    deposited: waitsWith(account('b', 0n), {}, { awaitsDeposit: true }),
  }).toEqual({ lacking: null, coming: 'not-needed', comingInPart: null, staying: null, deposited: 'not-needed' })
})

test('an idle sub-account is not topped up, and nothing is missing for it', () => {
  const decide = (more: Partial<Standing>, at = account('a', 3n)) => {
    const { decisions, shortfall } = planWithShortfall(
      input({ position: position(0n, [at]), standings: [standing('a', more)] }),
    )
    return [...decisions.map(brief), shortfall]
  }
  expect({
    noRule: decide({}),
    idle: decide(idle()),
    used: decide(idle({}, { lastAt: NOW })),
    unknown: decide(idle({}, { knownSince: null })),
    asked: decide(idle({}, { knownSince: null, reclaimedAt: 900 })),
    askedAfterUse: decide(idle({}, { knownSince: null, lastAt: 900, reclaimedAt: 900 })),
    usedSince: decide(idle({}, { knownSince: null, lastAt: 901, reclaimedAt: 900 })),
    reading: decide(idle({}, { knownSince: NOW, isReading: true })),
    readingAndUsed: decide(idle({}, { knownSince: NOW, lastAt: NOW - 1, isReading: true })),
    refunding: decide(idle(), account('a', 3n, 3n)),
    usedWhileRefunding: decide(idle({}, { lastAt: NOW }), account('a', 3n, 3n)),
    enough: decide(idle(), account('a', 10n)),
  }).toEqual({
    noRule: ['ledger-short', 7n],
    idle: ['idle', 0n],
    used: ['ledger-short', 7n],
    unknown: ['ledger-short', 7n],
    asked: ['idle', 0n],
    askedAfterUse: ['idle', 0n],
    usedSince: ['ledger-short', 7n],
    reading: ['use-unread', 0n],
    readingAndUsed: ['ledger-short', 7n],
    refunding: ['idle', 0n],
    usedWhileRefunding: ['refund-pending', 0n],
    enough: ['sufficient', 0n],
  })
})

test('a refund that is pending is put back working by the reuse rule, once something uses the sub-account', () => {
  const reuse = { onPendingRefund: 'reuse' } as const
  const at = position(0n, [account('a', 30n, 30n)])
  const decide = (more: Partial<Standing>) =>
    planWithShortfall(input({ position: at, standings: [standing('a', { ...more, ...reuse })] })).decisions.map(brief)
  expect([decide(idle()), decide(idle({}, { lastAt: NOW }))]).toEqual([['idle'], [10n]])
})
