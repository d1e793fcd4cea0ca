import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  autoFundingEvents,
  plan,
  requiredBalance,
  retryAt,
  type PlanInput,
  type Position,
  type Standing,
  type SubAccountPosition,
} from '../../machines/index.ts'

const account = (provider: string, balance: bigint, pendingRefund = 0n): SubAccountPosition => ({
  provider,
  serviceType: 'inference',
  balance,
  pendingRefund,
  available: balance - pendingRefund,
  claimable: 0n,
  refunds: [],
  acknowledged: true,
  tokensRevoked: false,
})

const standing = (provider: string, more: Partial<Standing> = {}): Standing => ({
  provider,
  serviceType: 'inference',
  on: true,
  required: 10n,
  priority: 0,
  inFlight: false,
  unresolved: false,
  settledFrom: null,
  failure: null,
  ...more,
})

const position = (available: bigint, subAccounts: SubAccountPosition[], more: Partial<Position> = {}): Position => ({
  block: { number: 100, timestamp: 1_000 },
  wallet: { address: 'wallet', balance: 1n },
  ledger: { available, total: available, locked: 0n, additionalInfo: '' },
  subAccounts,
  ...more,
})

const decide = (input: Partial<PlanInput> & Pick<PlanInput, 'position' | 'standings'>) =>
  plan({ inFlightFromLedger: 0n, minTransfer: 5n, ...input }).map((decision) =>
    decision.action === 'top-up' ? decision.amount : decision.reason,
  )

test('what is missing is topped up exactly, and nothing where enough is there', () => {
  const at = position(100n, [account('a', 3n), account('b', 10n), account('c', 11n)])
  expect(decide({ position: at, standings: [standing('a'), standing('b'), standing('c')] })).toEqual([
    7n,
    'sufficient',
    'sufficient',
  ])
})

test('a new sub-account gets what is required, and at least the minimum of the contract', () => {
  const at = position(100n, [])
  expect(decide({ position: at, standings: [standing('a', { required: 3n }), standing('b')] })).toEqual([5n, 10n])
  expect(decide({ position: at, standings: [standing('a', { required: 3n })], minTransfer: null })).toEqual([3n])
})

test('each hold has its reason', () => {
  const low = position(100n, [account('a', 3n)])
  const reason = (more: Partial<Standing>, at = low) => decide({ position: at, standings: [standing('a', more)] })[0]
  expect(reason({ inFlight: true })).toBe('in-flight')
  expect(reason({ inFlight: true, unresolved: true })).toBe('unresolved-intent')
  expect(reason({ settledFrom: 101 })).toBe('settling')
  expect(reason({ settledFrom: 100 })).toBe(7n)
  expect(reason({ on: false })).toBe('off')
  expect(reason({}, position(100n, [account('a', 8n, 4n)]))).toBe('refund-pending')
  expect(reason({}, position(100n, [account('a', 30n, 4n)]))).toBe('sufficient')
  expect(reason({}, position(0n, [], { ledger: null }))).toBe('ledger-missing')
  expect(reason({ failure: { count: 1, at: 990, message: '' } })).toBe('backing-off')
  expect(reason({ failure: { count: 1, at: 985, message: '' } })).toBe(7n)
  expect(reason({}, position(100n, [account('a', 3n)], { wallet: { address: 'w', balance: 0n } }))).toBe('gas-short')
  expect(reason({}, position(6n, [account('a', 3n)]))).toBe('ledger-short')
})

test('a short ledger goes to the higher priority, then to who has the smaller part of what it needs', () => {
  const at = position(15n, [account('a', 5n), account('b', 2n), account('c', 0n)])
  const standings = [standing('a', { priority: 1 }), standing('b'), standing('c')]
  expect(decide({ position: at, standings })).toEqual([5n, 'ledger-short', 10n])
})

test('waiting after failures doubles from 15 s up to an hour', () => {
  expect([1, 2, 3, 9, 30].map((count) => retryAt({ count, at: 0, message: '' }))).toEqual([15, 30, 60, 3600, 3600])
})

test('what is given out never passes what the ledger has beside what is on its way', () => {
  const someone = fc.record({
    provider: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    required: fc.bigInt(0n, 50n),
    priority: fc.integer({ min: -1, max: 1 }),
    inFlight: fc.boolean(),
    on: fc.boolean(),
    settledFrom: fc.option(fc.integer({ min: 99, max: 101 })),
  })
  fc.assert(
    fc.property(
      fc.uniqueArray(someone, { selector: ({ provider }) => provider }),
      fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.bigInt(0n, 50n), fc.bigInt(0n, 50n)), {
        selector: ([provider]) => provider,
      }),
      fc.bigInt(0n, 200n),
      fc.bigInt(0n, 200n),
      (people, accounts, available, inFlightFromLedger) => {
        const at = position(
          available,
          accounts.map(([provider, balance, pending]) =>
            account(provider, balance, pending < balance ? pending : balance),
          ),
        )
        const standings = people.map(({ provider, ...more }) => standing(provider, more))
        const decisions = plan({ position: at, standings, inFlightFromLedger, minTransfer: 5n })
        const given = decisions.reduce((sum, one) => (one.action === 'top-up' ? sum + one.amount : sum), 0n)
        if (given > 0n) expect(given + inFlightFromLedger <= available).toBe(true)
        expect(decisions.map(({ provider }) => provider)).toEqual(people.map(({ provider }) => provider))
        for (const [index, one] of decisions.entries()) {
          if (one.action !== 'top-up') continue
          expect(one.amount).toBe(one.exists || one.deficit > 5n ? one.deficit : 5n)
          expect(people[index]).toMatchObject({ on: true, inFlight: false })
          expect(one.pendingRefund).toBe(0n)
        }
      },
    ),
    { numRuns: 2_000 },
  )
})

test('required = unsettled fee + multiplier × minimum, in decimal, rounded up, never under 500 wei', () => {
  const og = 10n ** 18n
  const required = (bufferMultiplier: number, minLockedBalance: bigint, unsettledFee = 0n) =>
    requiredBalance({ unsettledFee, bufferMultiplier, minLockedBalance })
  expect(required(2, og)).toBe(2n * og)
  expect(required(1.5, og, 7n)).toBe((3n * og) / 2n + 7n)
  expect(required(1.1, 1_000n)).toBe(1_100n)
  expect(required(1.0001, 1_001n)).toBe(1_002n)
  expect(required(1e-7, og)).toBe(10n ** 11n)
  expect(required(2, 0n)).toBe(500n)
  expect(required(2, 250n, 1n)).toBe(501n)
})

test('a reading from the block of the receipt on ends the settling, before its decision is heard', () => {
  const at = position(100n, [account('a', 3n)])
  const [decision] = plan({ position: at, standings: [standing('a')], inFlightFromLedger: 0n, minTransfer: null })
  if (!decision) throw new Error('no decision')
  expect(autoFundingEvents(at, 100, decision)).toEqual([
    { type: 'reading.caughtUp' },
    { type: 'plan.topUp', amount: '7', at: 1_000 },
  ])
  expect(autoFundingEvents(at, 101, decision)).toEqual([{ type: 'plan.topUp', amount: '7', at: 1_000 }])
})
