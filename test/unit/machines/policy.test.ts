import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  autoFundingEvents,
  plan,
  retryAt,
  shortfallOf,
  type Decision,
  type PlanInput,
  type Position,
  type Standing,
  type SubAccountPosition,
} from '../../../machines/index.ts'
import { account, noLimits, standing, position, input, decide, brief } from '../../support/plans.ts'

test('a top-up sends exactly what is missing, and nothing where enough is available', () => {
  const at = position(100n, [account('a', 3n), account('b', 10n), account('c', 11n)])
  expect(decide({ position: at, standings: [standing('a'), standing('b'), standing('c')] })).toEqual([
    7n,
    'sufficient',
    'sufficient',
  ])
})

test('below the trigger a top-up fills up to the target, and not before', () => {
  const at = position(100n, [account('a', 9n), account('b', 10n)])
  const standings = ['a', 'b'].map((provider) => standing(provider, { target: 25n }))
  expect(decide({ position: at, standings })).toEqual([16n, 'sufficient'])
})

test('a new sub-account gets the required balance, and at least the minimum of the contract', () => {
  const at = position(100n, [])
  const small = standing('a', { required: 3n })
  expect(decide({ position: at, standings: [small, standing('b')] })).toEqual([5n, 10n])
  expect(decide({ position: at, standings: [small], minTransfer: null })).toEqual([3n])
})

test('each hold has its reason', () => {
  const low = position(100n, [account('a', 3n)])
  const reason = (more: Partial<Standing>, at = low, rest: Partial<PlanInput> = {}) =>
    decide({ position: at, standings: [standing('a', more)], ...rest })[0]
  const limits = (more: Partial<Standing['limits']>) => ({ limits: { ...noLimits, ...more } })
  const jump = {
    kind: 'burn',
    burn: 9n,
    seconds: 3_600,
    usual: 1n,
    factor: 5,
    until: 2_000,
    option: 'anomaly',
  } as const
  const short = position(0n, [account('a', 3n)])
  const none = position(100n, [])
  expect({
    inFlight: reason({ inFlight: true }),
    unresolved: reason({ inFlight: true, unresolved: true }),
    spentNonce: reason({ inFlight: true, nonceSpent: true }),
    putBack: reason({ inFlight: true, putBackPending: true }),
    settling: reason({ settledFrom: 101 }),
    settled: reason({ settledFrom: 100 }),
    off: reason({ mode: 'off' }),
    paused: reason({ mode: 'paused' }),
    stale: reason({}, low, { isStale: true }),
    refund: reason({}, position(100n, [account('a', 8n, 4n)])),
    ample: reason({}, position(100n, [account('a', 30n, 4n)])),
    unregistered: reason({ registered: false }),
    unread: reason({ registered: null }),
    unaccepted: reason({ accepted: false }),
    unacceptedRefund: reason({ accepted: false }, position(100n, [account('a', 8n, 4n)])),
    unregisteredUnaccepted: reason({ registered: false, accepted: false }),
    unacceptedAmple: reason({ accepted: false }, position(100n, [account('a', 10n)])),
    unacceptedAnomaly: reason({ accepted: false, anomaly: jump }),
    accepted: reason({ accepted: true }),
    unpriced: reason({}, low, { gasPrice: null }),
    unpricedAmple: reason({}, position(100n, [account('a', 10n)]), { gasPrice: null }),
    anomaly: reason({ anomaly: jump }),
    ledgerMissing: reason({}, position(0n, [], { ledger: null })),
    backingOff: reason({ failure: { count: 1, at: 990, message: '' } }),
    tried: reason({ failure: { count: 1, at: 980, message: '' } }),
    aheadOfTheReading: reason({ failure: { count: 1, at: 1_000 + 3_600, message: '' } }),
    fromTheFuture: reason({ failure: { count: 1, at: 1_000 + 3_601, message: '' } }),
    cooling: reason(limits({ coolingUntil: 1_001 })),
    cooled: reason(limits({ coolingUntil: 1_000 })),
    gas: reason({}, low, { gasReserve: 1n }),
    short: reason({}, short),
    reserve: reason(limits({ ledgerReserve: 100n })),
    budget: reason(limits({ budgetLeft: 0n })),
    commonBudget: reason({}, low, { budgetLeft: 0n }),
    overMax: reason(limits({ maxTopUp: 4n }), none),
    tooSmall: reason({}, position(4n, [])),
    unrecorded: reason({}, low, { cannotRecord: true }),
    foreign: reason({}, low, { holdsForForeign: true }),
    approval: plan(input({ position: low, standings: [standing('a', { needsApproval: true })] }))[0]?.action,
  }).toEqual({
    inFlight: 'in-flight',
    unresolved: 'unresolved-intent',
    spentNonce: 'nonce-spent',
    putBack: 'put-back-pending',
    settling: 'settling',
    settled: 7n,
    off: 'off',
    paused: 'paused',
    stale: 'stale-reading',
    refund: 'refund-pending',
    ample: 'sufficient',
    unregistered: 'provider-unregistered',
    unread: 'provider-unread',
    unaccepted: 'provider-unaccepted',
    unacceptedRefund: 'refund-pending',
    unregisteredUnaccepted: 'provider-unregistered',
    unacceptedAmple: 'sufficient',
    unacceptedAnomaly: 'provider-unaccepted',
    accepted: 7n,
    unpriced: 'gas-unread',
    unpricedAmple: 'sufficient',
    anomaly: 'anomaly',
    ledgerMissing: 'ledger-missing',
    backingOff: 'backing-off',
    tried: 7n,
    aheadOfTheReading: 'backing-off',
    fromTheFuture: 7n,
    cooling: 'cooling-down',
    cooled: 7n,
    gas: 'gas-short',
    short: 'ledger-short',
    reserve: 'reserve',
    budget: 'budget-exhausted',
    commonBudget: 'budget-exhausted',
    overMax: 'over-max',
    tooSmall: 'too-small',
    unrecorded: 'journal-unavailable',
    foreign: 'foreign-transaction',
    approval: 'propose',
  })
})

test('a limit reduces a top-up to what it allows', () => {
  const at = position(100n, [account('a', 3n)])
  const cut = (limits: Partial<Standing['limits']>, rest: Partial<PlanInput> = {}) =>
    decide({ position: at, standings: [standing('a', { limits: { ...noLimits, ...limits } })], ...rest })[0]
  expect([
    cut({ maxTopUp: 4n }),
    cut({ budgetLeft: 2n }),
    cut({ ledgerReserve: 97n }),
    cut({}, { budgetLeft: 6n }),
    cut({}, { inFlightFromLedger: 95n }),
  ]).toEqual([4n, 2n, 3n, 6n, 5n])
})

test('a pending refund that may be reused pays first, and the ledger only the rest', () => {
  const at = position(2n, [account('a', 8n, 5n)])
  const [decision] = plan(input({ position: at, standings: [standing('a', { onPendingRefund: 'reuse' })] }))
  expect(decision).toMatchObject({ action: 'top-up', amount: 7n, fromRefund: 5n })
})

test('a short ledger goes to the higher priority, then the shorter runway, then the smaller part of the required balance', () => {
  const at = position(15n, [account('a', 5n), account('b', 9n), account('c', 1n), account('d', 2n)])
  const burning = { minLockedBalance: 5n, unsettledFee: 0n, burnRate: 1n }
  const standings = [standing('a', { priority: 1 }), standing('b', { demand: burning }), standing('c'), standing('d')]
  expect(decide({ position: at, standings })).toEqual([5n, 1n, 9n, 'ledger-short'])
  expect(decide({ position: position(20n, at.subAccounts as SubAccountPosition[]), standings })).toEqual([
    5n,
    1n,
    9n,
    5n,
  ])
})

test('the back-off after failures doubles from 15 s up to an hour, spread by up to a quarter', () => {
  const rests = [1, 2, 3, 9, 30].map((count) => retryAt({ count, at: 0, message: '' }))
  expect(rests.map((rest, index) => rest / ([15, 30, 60, 3_600, 3_600][index] ?? 1))).toSatisfy((all: number[]) =>
    all.every((part) => part >= 1 && part <= 1.25),
  )
  expect(retryAt({ count: 1, at: 7, message: '' })).toBe(retryAt({ count: 1, at: 7, message: '' }))
})

const wei = (most: bigint) => fc.bigInt(0n, most)
const names = ['a', 'b', 'c', 'd', 'e']
const someone = fc
  .record({
    provider: fc.constantFrom(...names),
    required: wei(40n),
    extra: wei(20n),
    priority: fc.integer({ min: -1, max: 1 }),
    inFlight: fc.boolean(),
    mode: fc.constantFrom('on', 'on', 'on', 'off', 'paused'),
    onPendingRefund: fc.constantFrom('hold', 'reuse'),
    settledFrom: fc.option(fc.integer({ min: 99, max: 101 })),
    burnRate: fc.option(wei(9n)),
    limits: fc.record({
      maxTopUp: fc.option(fc.bigInt(1n, 30n)),
      budgetLeft: fc.option(wei(30n)),
      coolingUntil: fc.constantFrom(0, 2_000),
      ledgerReserve: fc.oneof(fc.constant(0n), wei(30n)),
    }),
  })
  .map(({ provider, extra, burnRate, ...more }) =>
    standing(provider, {
      ...(more as Partial<Standing>),
      target: more.required + extra,
      demand: { minLockedBalance: 5n, unsettledFee: 0n, burnRate },
    }),
  )
const situation = fc.record({
  standings: fc.uniqueArray(someone, { selector: ({ provider }) => provider, minLength: 1 }),
  accounts: fc.uniqueArray(fc.tuple(fc.constantFrom(...names), wei(50n), wei(50n)), { selector: ([name]) => name }),
  available: wei(150n),
  inFlightFromLedger: fc.oneof(fc.constant(0n), wei(50n)),
  budgetLeft: fc.option(wei(60n)),
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

const inputOf = ({ accounts, available, ...rest }: Situation): PlanInput =>
  input({
    ...rest,
    position: position(
      available,
      accounts.map(([name, balance, pending]) => account(name, balance, pending < balance ? pending : balance)),
    ),
  })

test('no top-up exceeds deficit, target, limits, budgets, reserve or the ledger', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { standings, budgetLeft, inFlightFromLedger } = given
      const decisions = plan(inputOf(given))
      expect(decisions.map(({ provider }) => provider)).toEqual(standings.map(({ provider }) => provider))
      let fromLedger = 0n
      let total = 0n
      for (const [index, one] of decisions.entries()) {
        if (one.action === 'hold') continue
        const { limits, target, mode, inFlight, onPendingRefund } = standings[index] ?? standing('?')
        expect({ mode, inFlight }).toEqual({ mode: 'on', inFlight: false })
        expect(one.amount > 0n && (one.amount <= one.deficit || (one.state === 'none' && one.amount === 5n))).toBe(true)
        expect(one.available + one.amount <= target || one.state === 'none').toBe(true)
        expect(one.amount <= (limits.maxTopUp ?? one.amount)).toBe(true)
        expect(one.amount <= (limits.budgetLeft ?? one.amount)).toBe(true)
        expect(one.fromRefund <= one.pendingRefund && (one.fromRefund === 0n || onPendingRefund === 'reuse')).toBe(true)
        if (one.state === 'none') expect(one.amount >= 5n).toBe(true)
        fromLedger += one.amount - one.fromRefund
        total += one.amount
        if (one.amount > one.fromRefund) expect(given.available - inFlightFromLedger >= limits.ledgerReserve).toBe(true)
      }
      if (fromLedger > 0n) expect(fromLedger + inFlightFromLedger <= given.available).toBe(true)
      expect(total <= (budgetLeft ?? total)).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})

test('the same input gives the same plan, whatever the order of the standings', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const all = inputOf(given)
      const again = plan({ ...all, standings: all.standings.toReversed() }).toReversed()
      const urgency = new Set(all.standings.map(({ priority }) => priority))
      if (urgency.size === all.standings.length) expect(again).toEqual(plan(all))
      expect(plan(all)).toEqual(plan(all))
    }),
  )
})

test('more money in the ledger never funds fewer sub-accounts, whatever limits each of them has', () => {
  fc.assert(
    fc.property(situation, wei(50n), (given, more) => {
      // A common budget is money as well: what the first account gets of it, later accounts do not.
      const funded = (available: bigint) =>
        plan(inputOf({ ...given, available, budgetLeft: null })).filter(({ action }) => action === 'top-up').length
      expect(funded(given.available + more)).toBeGreaterThanOrEqual(funded(given.available))
    }),
    { numRuns: 3_000 },
  )
})

test('the ledger pays for no lower priority while a higher one is held for lack of money in it', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const { standings, ...rest } = inputOf(given)
      const rows = plan({ standings, ...rest }).map((decision, index) => ({ decision, ...standings[index] }))
      for (const { decision, priority = 0 } of rows) {
        if (decision.action !== 'hold' || !['ledger-short', 'too-small'].includes(decision.reason)) continue
        const after = rows.filter((one) => (one.priority ?? 0) < priority).map((one) => one.decision)
        expect(after.filter((one) => one.action !== 'hold' && one.amount > one.fromRefund)).toEqual([])
      }
    }),
    { numRuns: 3_000 },
  )
})

test('each top-up leaves the reserve of its account in the ledger', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const decisions = plan(inputOf(given))
      const paid = decisions.map((one) => (one.action === 'hold' ? 0n : one.amount - one.fromRefund))
      const left = paid.reduce((rest, one) => rest - one, given.available - given.inFlightFromLedger)
      const reserves = given.standings.flatMap(({ limits }, index) => (paid[index] ? [limits.ledgerReserve] : []))
      if (reserves.length > 0) expect(reserves.some((reserve) => reserve <= left)).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})

test('a deposit of the shortfall ends every hold for lack of money, and a wei less does not', () => {
  const reasons = new Set<string>(['ledger-short', 'reserve', 'too-small', 'ledger-missing'])
  const isWanting = (decision: Decision) => decision.action === 'hold' && reasons.has(decision.reason)
  fc.assert(
    fc.property(situation, fc.boolean(), (given, hasLedger) => {
      const whole = inputOf(given)
      const missing = { ...whole, position: { ...whole.position, ledger: null }, inFlightFromLedger: 0n }
      const all = hasLedger ? whole : missing
      const shortfall = shortfallOf(all)
      const after = (deposit: bigint) => {
        const available = (all.position.ledger?.available ?? 0n) + deposit
        return plan({
          ...all,
          position: { ...all.position, ledger: { available, total: 0n, locked: 0n, additionalInfo: '' } },
        })
      }
      const [enough, unlimited] = [after(shortfall), after(10_000n)]
      expect(enough.map(brief)).toEqual(unlimited.map(brief))
      expect(enough.filter(isWanting)).toEqual([])
      if (shortfall > 0n) expect(after(shortfall - 1n).map(brief)).not.toEqual(unlimited.map(brief))
      else if (hasLedger) expect(plan(all).map(brief)).toEqual(unlimited.map(brief))
    }),
    { numRuns: 3_000 },
  )
})

test('an amount that a limit forbids is no part of the shortfall', () => {
  const at = position(100n, [account('a', 3n), account('b', 3n)])
  const standings = [
    standing('a', { limits: { ...noLimits, maxTopUp: 4n } }),
    standing('b', { limits: { ...noLimits, budgetLeft: 0n } }),
  ]
  expect(shortfallOf(input({ position: at, standings }))).toBe(0n)
  expect(shortfallOf(input({ position: position(1n, []), standings: [standing('a')] }))).toBe(9n)
  expect(shortfallOf(input({ position: position(0n, [], { ledger: null }), standings: [standing('a')] }))).toBe(10n)
})

test('the gas of top-ups leaves the gas reserve for a full exit', () => {
  const accounts = ['a', 'b', 'c'].map((name) => account(name, 3n))
  const gas = (units: bigint) =>
    decide({
      position: position(100n, accounts, { wallet: { address: 'wallet', balance: 1_000n + 2n * units } }),
      standings: [standing('a'), standing('b'), standing('new'), standing('c')],
      gasReserve: 1_000n,
      gasPrice: 2n,
    })
  expect(gas(109_999n)).toEqual(['gas-short', 'gas-short', 'gas-short', 'gas-short'])
  expect(gas(220_000n)).toEqual([7n, 7n, 'gas-short', 'gas-short'])
  expect(gas(800_000n)).toEqual([7n, 7n, 10n, 7n])
})

test('a reading at or past the block of the receipt ends settling, before the chart gets its decision', () => {
  const at = position(100n, [account('a', 3n)])
  const [decision] = plan(input({ position: at, standings: [standing('a')] }))
  if (!decision) throw new Error('no decision')
  const topUp = { type: 'plan.topUp', amount: '7', at: 1_000 }
  expect(autoFundingEvents(at, { settledFrom: 100, proposed: null }, decision)).toEqual([
    { type: 'reading.caughtUp' },
    topUp,
  ])
  expect(autoFundingEvents(at, { settledFrom: 101, proposed: null }, decision)).toEqual([topUp])
})

test('a proposal keeps waiting while at least as much is wanted, and a smaller amount is proposed anew', () => {
  const at = position(100n, [account('a', 3n)])
  const [decision] = plan(input({ position: at, standings: [standing('a', { needsApproval: true })] }))
  if (!decision) throw new Error('no decision')
  const events = (proposed: bigint) => autoFundingEvents(at, { settledFrom: null, proposed }, decision)
  const expiring = (expiresAt: number) =>
    autoFundingEvents(at, { settledFrom: null, proposed: 7n, expiresAt }, decision)
  expect([expiring(1_001), expiring(1_000)]).toEqual([[], [{ type: 'plan.hold', reason: 'awaiting-approval' }]])
  expect([events(7n), events(5n), events(8n)]).toEqual([[], [], [{ type: 'plan.propose', amount: '7', at: 1_000 }]])
})

test('a top-up from its own refund needs no ledger, whether empty, reserved or given out', () => {
  const reuse = (provider: string, more: Partial<Standing> = {}) =>
    standing(provider, { onPendingRefund: 'reuse', ...more })
  const amounts = (at: Position, standings: Standing[]) =>
    plan(input({ position: at, standings })).map((one) =>
      one.action === 'hold' ? one.reason : [one.amount, one.fromRefund],
    )
  const pending = account('a', 12n, 8n)
  expect(amounts(position(0n, [pending]), [reuse('a')])).toEqual([[6n, 6n]])
  const reserved = { limits: { ...noLimits, ledgerReserve: 50n } }
  expect(amounts(position(50n, [pending]), [reuse('a', reserved)])).toEqual([[6n, 6n]])
  expect(amounts(position(4n, [account('a', 7n, 4n)]), [reuse('a')])).toEqual([[7n, 4n]])
  expect(amounts(position(1n, [account('a', 7n, 4n)]), [reuse('a')])).toEqual([[5n, 4n]])
  // The ledger cannot serve the first account; the refund of the second one pays for itself.
  const two = position(4n, [account('b', 7n, 4n)])
  expect(amounts(two, [standing('new', { priority: 1 }), reuse('b')])).toEqual(['too-small', [4n, 4n]])
})

test('a decision shows what is to be claimed, its cost, and why it waits', () => {
  const due = { ...account('a', 30n, 12n), claimable: 8n }
  const claim = (more: Partial<Standing> = {}, rest: Partial<PlanInput> = {}, at = due) =>
    plan(
      input({ position: position(100n, [at]), standings: [standing('a', { autoClaim: true, ...more })], ...rest }),
    )[0]?.claim
  const failed = (count: number, at: number) => ({ claimFailure: { count, at, message: '' } })
  expect(claim()).toEqual({ amount: 8n, cost: 0n, wait: null })
  expect(claim({ autoClaim: false })).toBeUndefined()
  expect(claim({}, {}, { ...due, claimable: 0n })).toBeUndefined()
  expect(claim({}, { gasPrice: 1n })).toEqual({ amount: 8n, cost: 330_000n, wait: 'dust' })
  expect(claim({}, { gasPrice: 1n }, { ...due, available: 0n })).toMatchObject({ cost: 125_000n })
  // It is claimed where it alone keeps a top-up waiting, and not while the rest is locked anyway.
  const blocking = { ...due, pendingRefund: 8n }
  expect(claim({ required: 40n }, { gasPrice: 1n }, blocking)).toEqual({ amount: 8n, cost: 330_000n, wait: null })
  expect(claim({ required: 40n }, { gasPrice: 1n })?.wait).toBe('dust')
  expect({
    off: claim({ mode: 'off' })?.wait,
    pending: claim({ required: 40n })?.wait,
    toppingUp: claim({ required: 40n, onPendingRefund: 'reuse' })?.wait,
    inFlight: claim({ inFlight: true })?.wait,
    settling: claim({ settledFrom: 101 })?.wait,
    paused: claim({ mode: 'paused' })?.wait,
    stale: claim({}, { isStale: true })?.wait,
    unpriced: claim({}, { gasPrice: null })?.wait,
    gas: claim({}, { gasReserve: 1n })?.wait,
    failed: claim(failed(1, 990))?.wait,
    tried: claim(failed(1, 980))?.wait,
    fromTheFuture: claim(failed(1, 10 ** 9))?.wait,
  }).toEqual({
    off: null,
    pending: null,
    toppingUp: 'topping-up',
    inFlight: 'in-flight',
    settling: 'in-flight',
    paused: 'paused',
    stale: 'stale-reading',
    unpriced: 'gas-unread',
    gas: 'gas-short',
    failed: 'backing-off',
    tried: null,
    fromTheFuture: null,
  })
})
