import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  autoDepositEvents,
  depositOn,
  plan,
  planWithShortfall,
  retryAt,
  type DepositInput,
  type DepositLimits,
  type DepositStanding,
} from '../../../machines/index.ts'
import { DEPOSIT_GAS, OPENING_GAS, TOP_UP_GAS } from '../../../machines/gas-costs.ts'
import { depositInput, deposits, depositStanding, noDepositLimits } from '../../support/deposits.ts'
import { account, input, position, standing } from '../../support/plans.ts'

const ledgerOf = (available: bigint) => ({ position: position(available, []) })
const limited = (more: Partial<DepositLimits>) => ({ limits: { ...noDepositLimits, ...more } })

test('below the trigger a deposit fills up to the target, and not before', () => {
  expect([9n, 10n, 31n].map((available) => deposits(ledgerOf(available)))).toEqual([21n, 'sufficient', 'sufficient'])
})

test('what sub-accounts need now is paid before the levels count', () => {
  const at = position(20n, [account('a', 0n), account('b', 5n)])
  const of = (standings: Parameters<typeof input>[0]['standings']) =>
    deposits({ position: at, plan: planWithShortfall(input({ position: at, standings })) })
  // 20 less 5 leaves 15, which is above the trigger; less 15 it leaves 5.
  expect([of([standing('b')]), of([standing('a'), standing('b')])]).toEqual(['sufficient', 25n])
  // Of 40 that are due only 20 are there.
  expect(of([standing('a', { required: 40n })])).toBe(50n)
})

test('what is on its way counts: top-ups take from the ledger, claims bring back', () => {
  expect(deposits({ ...ledgerOf(40n), inFlightFromLedger: 35n })).toBe(25n)
  expect(deposits({ ...ledgerOf(5n), arriving: 2n })).toBe(23n)
  expect(deposits({ ...ledgerOf(5n), arriving: 5n })).toBe('sufficient')
})

test('a ledger is opened with the minimum of the contract at least, and not where nothing is wanted', () => {
  const none = { position: position(0n, [], { ledger: null }) }
  expect(deposits(none)).toBe(30n)
  expect(deposits({ ...none, minLedger: 50n })).toBe(50n)
  expect(deposits({ ...none, minLedger: null })).toBe(30n)
  expect(deposits(none, { levels: { runway: { trigger: 1, target: 2 } } })).toBe('sufficient')
  expect(deposits({ ...none, minLedger: 50n }, limited({ maxLedger: 40n }))).toBe('ledger-full')
})

test('a runway is that of all sub-accounts together; without a known burn only what is needed now is deposited', () => {
  const at = position(20n, [account('a', 50n), account('b', 50n), account('c', 50n)])
  const burning = (provider: string, burnRate: bigint | null) =>
    standing(provider, { demand: { minLockedBalance: 5n, unsettledFee: 0n, burnRate } })
  const of = (...rates: (bigint | null)[]) =>
    depositOn(
      depositInput({
        position: at,
        standing: depositStanding({ levels: { runway: { trigger: 7_200, target: 36_000 } } }),
        plan: planWithShortfall(
          input({ position: at, standings: rates.map((rate, index) => burning('abc'[index] ?? '', rate)) }),
        ),
      }),
    )
  // 12 an hour: two hours take 24, ten take 120.
  expect(of(4n, 8n, null)).toMatchObject({
    action: 'deposit',
    amount: 100n,
    trigger: 24n,
    target: 120n,
    burnRate: 12n,
    runway: 6_000,
  })
  expect(of(null)).toMatchObject({ action: 'hold', reason: 'sufficient', burnRate: null, runway: null })
})

test('each hold has its reason', () => {
  const failure = { count: 1, at: 1_000, message: 'no' }
  expect({
    inFlight: deposits({}, { inFlight: true }),
    spentNonce: deposits({}, { inFlight: true, nonceSpent: true }),
    unresolved: deposits({}, { inFlight: true, unresolved: true }),
    settling: deposits({}, { settledFrom: 101 }),
    settled: deposits({}, { settledFrom: 100 }),
    closing: deposits({}, { isClosing: true }),
    stale: deposits({ isStale: true }),
    withdrawing: deposits({}, { withdrawnUntil: Infinity }),
    withdrawn: deposits({}, { withdrawnUntil: 1_001 }),
    rested: deposits({}, { withdrawnUntil: 1_000 }),
    unknown: deposits({ hasUnknownPending: true }),
    unrecorded: deposits({ cannotRecord: true }),
    foreign: deposits({ holdsForForeign: true }),
    backingOff: deposits({}, { failure }),
    fromTheFuture: deposits({}, { failure: { ...failure, at: 10 ** 9 } }),
    tryingAgain: deposits(
      { position: position(5n, [], { block: { number: 100, timestamp: retryAt(failure) } }) },
      { failure },
    ),
    cooling: deposits({}, limited({ coolingUntil: 1_001 })),
    payerUnread: deposits({}, { payer: null }),
    gasUnread: deposits({ gasPrice: null }),
    feesHigh: deposits({ feesAreHigh: true }),
    overMax: deposits({}, limited({ maxDeposit: 0n })),
    budget: deposits({}, limited({ budgetLeft: 0n })),
    full: deposits({}, limited({ maxLedger: 5n })),
    short: deposits({}, { payer: { balance: 10n, reserve: 10n, paysTopUps: true } }),
    approval: depositOn(depositInput({ standing: depositStanding({ needsApproval: true }) })).action,
  }).toEqual({
    inFlight: 'in-flight',
    spentNonce: 'nonce-spent',
    unresolved: 'unresolved-intent',
    settling: 'settling',
    settled: 25n,
    closing: 'ledger-closing',
    stale: 'stale-reading',
    withdrawing: 'withdrawal',
    withdrawn: 'withdrawal',
    rested: 25n,
    unknown: 'unknown-pending',
    unrecorded: 'journal-unavailable',
    foreign: 'foreign-transaction',
    backingOff: 'backing-off',
    fromTheFuture: 25n,
    tryingAgain: 25n,
    cooling: 'cooling-down',
    payerUnread: 'payer-unread',
    gasUnread: 'gas-unread',
    feesHigh: 'fees-high',
    overMax: 'over-max',
    budget: 'budget-exhausted',
    full: 'ledger-full',
    short: 'wallet-short',
    approval: 'propose',
  })
})

test('limits and wallet allow a part; a part that is hardly worth its gas waits, and says what is missing', () => {
  expect(deposits({}, limited({ maxDeposit: 7n }))).toBe(7n)
  expect(deposits({}, limited({ maxLedger: 12n }))).toBe(7n)
  const gas = DEPOSIT_GAS
  const rich = { balance: 99n * gas + 40n, reserve: 40n, paysTopUps: false }
  const one = depositInput({ standing: depositStanding({ payer: rich }), gasPrice: 1n })
  // 25 wei are wanted whole; the wallet could send 98 times the gas.
  expect(depositOn(one)).toMatchObject({ action: 'deposit', amount: 25n })
  const wish = { levels: { trigger: 10n, target: 200n * gas } }
  const poor = depositInput({ standing: depositStanding({ payer: rich, ...wish }), gasPrice: 1n })
  expect(depositOn(poor)).toMatchObject({ action: 'hold', reason: 'wallet-short', missing: 102n * gas - 5n })
})

test('the gas of top-ups stays in the wallet: of those that are due, and a hundredth for those to come, but of ten at least', () => {
  const balance = 10n ** 11n
  const most = (available: bigint, gasPrice: bigint, paysTopUps = true) => {
    const now = position(available, [account('a', 5n)], { wallet: { address: 'wallet', balance } })
    return deposits(
      {
        position: now,
        plan: planWithShortfall(input({ position: now, standings: [standing('a'), standing('b')], gasPrice })),
        gasPrice,
      },
      {
        levels: { trigger: 10n ** 12n, target: 10n ** 13n },
        payer: { balance, reserve: 1_000n, paysTopUps },
      },
    )
  }
  const left = (gasPrice: bigint) => balance - 1_000n - gasPrice * (DEPOSIT_GAS + TOP_UP_GAS + OPENING_GAS)
  // 15 of the ledger go out now.
  expect(most(15n, 1n)).toBe((left(1n) * 100n) / 101n)
  // What the ledger has already needs gas as well.
  expect(most(balance + 15n, 1n)).toBe((left(1n) * 100n - balance) / 101n)
  expect(most(15n, 1_000n)).toBe(left(1_000n) - 10n * 1_000n * TOP_UP_GAS)
  // Another key that deposits pays no top-up.
  expect(most(15n, 1n, false)).toBe(balance - 1_000n - DEPOSIT_GAS)
})

test('of what is due a deposit leaves the gas of ten top-ups, and no hundredth', () => {
  const at = position(0n, [account('a', 5n)], { wallet: { address: 'wallet', balance: 10n ** 9n } })
  const standings = [standing('a', { required: 10n ** 8n })]
  const of = (balance: bigint) =>
    deposits(
      { position: at, plan: planWithShortfall(input({ position: at, standings, gasPrice: 1n })), gasPrice: 1n },
      { levels: { trigger: 1n, target: 10n ** 9n }, payer: { balance, reserve: 0n, paysTopUps: true } },
    )
  expect(of(10n ** 8n + DEPOSIT_GAS + TOP_UP_GAS)).toBe(10n ** 8n - 10n * TOP_UP_GAS)
})

test('a question that waits for a person stays while as much is wanted, and in an outage; it expires', () => {
  const at = position(5n, [])
  const progress = { settledFrom: null, proposed: 20n, expiresAt: 2_000 }
  const proposed = (amount: bigint) => ({ ...depositOn(depositInput()), action: 'propose' as const, amount })
  expect(autoDepositEvents(at, progress, proposed(20n))).toEqual([])
  expect(autoDepositEvents(at, progress, proposed(19n))).toEqual([{ type: 'plan.propose', amount: '19', at: 1_000 }])
  expect(autoDepositEvents(at, { ...progress, expiresAt: 1_000 }, proposed(25n))).toEqual([
    { type: 'plan.hold', reason: 'awaiting-approval' },
  ])
  expect(autoDepositEvents(at, progress, depositOn(depositInput({ isStale: true })))).toEqual([])
  const settled = { settledFrom: 100, proposed: null, expiresAt: 0 }
  expect(autoDepositEvents(at, settled, depositOn(depositInput()))).toEqual([
    { type: 'reading.caughtUp' },
    { type: 'plan.deposit', amount: '25', at: 1_000 },
  ])
})

const wei = (most: number) => fc.bigInt(0n, BigInt(most))
const capped = (most: number) => fc.option(wei(most), { nil: null })

/** Any state of ledger, wallet, limits and sub-accounts, in small numbers. */
const anyInput: fc.Arbitrary<DepositInput> = fc
  .record({
    available: fc.option(wei(60), { nil: null }),
    needs: fc.array(wei(30), { maxLength: 3 }),
    trigger: wei(40),
    more: fc.bigInt(1n, 40n),
    maxLedger: capped(100),
    maxDeposit: capped(40),
    budgetLeft: capped(60),
    balance: wei(200),
    reserve: wei(100),
    inFlightFromLedger: wei(20),
    arriving: wei(20),
    minLedger: capped(20),
    withdrawnUntil: fc.constantFrom(0, 0, 0, 1_001, Infinity),
    isClosing: fc.constantFrom(false, false, false, true),
    inFlight: fc.constantFrom(false, false, false, true),
  })
  .map(({ available, needs, trigger, more, maxLedger, maxDeposit, budgetLeft, balance, reserve, ...rest }) => {
    const { withdrawnUntil, isClosing, inFlight, inFlightFromLedger, arriving, minLedger } = rest
    const at = position(
      available ?? 0n,
      needs.map((_, index) => account(`p${index}`, 1n)),
      available === null ? { ledger: null } : {},
    )
    const standings = needs.map((need, index) => standing(`p${index}`, { required: need + 1n }))
    const given: DepositStanding = depositStanding({
      levels: { trigger, target: trigger + more },
      limits: { maxDeposit, maxLedger, budgetLeft, coolingUntil: 0 },
      payer: { balance, reserve, paysTopUps: true },
      withdrawnUntil,
      isClosing,
      inFlight,
    })
    return depositInput({
      position: at,
      standing: given,
      plan: planWithShortfall(input({ position: at, standings, inFlightFromLedger })),
      inFlightFromLedger,
      arriving,
      minLedger,
    })
  })

test('a deposit passes no limit, keeps the reserve of the wallet, and never undoes a withdrawal or a closing', () => {
  fc.assert(
    fc.property(anyInput, (given) => {
      const decision = depositOn(given)
      if (decision.action === 'hold') return
      const { standing: at, position: now, arriving, minLedger } = given
      const { maxDeposit, maxLedger, budgetLeft } = at.limits
      const { amount } = decision
      expect(amount).toBeGreaterThan(0n)
      for (const cap of [maxDeposit, budgetLeft]) if (cap !== null) expect(amount).toBeLessThanOrEqual(cap)
      if (maxLedger !== null) expect((now.ledger?.available ?? 0n) + arriving + amount).toBeLessThanOrEqual(maxLedger)
      expect((at.payer?.balance ?? 0n) - amount).toBeGreaterThanOrEqual(at.payer?.reserve ?? 0n)
      if (!now.ledger && minLedger !== null) expect(amount).toBeGreaterThanOrEqual(minLedger)
      expect([at.isClosing, at.inFlight, at.withdrawnUntil > now.block.timestamp]).toEqual([false, false, false])
    }),
    { numRuns: 3_000 },
  )
})

test('once a deposit without limits is mined nothing more is wanted, and every sub-account can be paid', () => {
  fc.assert(
    fc.property(anyInput, (given) => {
      const free = depositStanding({
        levels: given.standing.levels,
        payer: { balance: 10n ** 9n, reserve: 0n, paysTopUps: true },
      })
      const decision = depositOn({ ...given, standing: free })
      if (decision.action === 'hold') {
        expect(decision.reason).toBe('sufficient')
        return
      }
      const available = (given.position.ledger?.available ?? 0n) + decision.amount
      const { ledger } = position(available, [])
      const after = { ...given.position, ledger }
      const standings = given.plan.decisions.map(({ provider, required }) => standing(provider, { required }))
      const made = planWithShortfall(
        input({ position: after, standings, inFlightFromLedger: given.inFlightFromLedger - given.arriving }),
      )
      expect(made.shortfall).toBe(0n)
      const again = depositOn({
        ...given,
        position: after,
        standing: free,
        plan: made,
      })
      expect(again).toMatchObject({ action: 'hold', reason: 'sufficient' })
    }),
    { numRuns: 3_000 },
  )
})

test('a plan without auto-deposit is what it was', () => {
  const at = position(4n, [account('a', 3n)])
  expect(plan(input({ position: at, standings: [standing('a')] }))[0]).toMatchObject({ action: 'top-up', amount: 4n })
})
