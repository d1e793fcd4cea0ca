import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plan, shortfallOf, type PlanInput, type Sizing, type Standing } from '../../../machines/index.ts'
import { TOP_UP_GAS } from '../../../machines/gas-costs.ts'
import { account, brief, decide, input, noLimits, position, standing } from '../../support/plans.ts'

const exact: Sizing = { minTopUp: 0n, step: null, maxGasShare: null, allOrNothing: false }
const sized = (more: Partial<Sizing>, rest: Partial<Standing> = {}) =>
  standing('a', { sizing: { ...exact, ...more }, ...rest })
const limited = (more: Partial<Standing['limits']>) => ({ limits: { ...noLimits, ...more } })
const low = position(100n, [account('a', 3n)])
const decided = (one: Standing, at = low, more: Partial<PlanInput> = {}) =>
  decide({ position: at, standings: [one], ...more })[0]

test('a least payment raises what is missing, and never above a limit or what the ledger has', () => {
  expect({
    exact: decided(sized({})),
    raised: decided(sized({ minTopUp: 20n })),
    belowDeficit: decided(sized({ minTopUp: 6n })),
    maxTopUp: decided(sized({ minTopUp: 20n }, limited({ maxTopUp: 12n }))),
    budget: decided(sized({ minTopUp: 20n }, limited({ budgetLeft: 11n }))),
    commonBudget: decided(sized({ minTopUp: 20n }), low, { budgetLeft: 9n }),
    reserve: decided(sized({ minTopUp: 20n }, limited({ ledgerReserve: 90n }))),
    ledger: decided(sized({ minTopUp: 20n }), position(8n, low.subAccounts as never)),
    ample: decided(sized({ minTopUp: 20n }), position(100n, [account('a', 10n)])),
  }).toEqual({
    exact: 7n,
    raised: 20n,
    belowDeficit: 7n,
    maxTopUp: 12n,
    budget: 11n,
    commonBudget: 9n,
    reserve: 10n,
    ledger: 8n,
    ample: 'sufficient',
  })
})

test('every top-up is a multiple of its step: up from what is missing, down from what is left', () => {
  expect({
    up: decided(sized({ step: 5n })),
    minTopUp: decided(sized({ step: 5n, minTopUp: 11n })),
    maxTopUp: decided(sized({ step: 5n }, limited({ maxTopUp: 9n }))),
    ledger: decided(sized({ step: 5n }), position(9n, low.subAccounts as never)),
    less: decided(sized({ step: 5n }), position(4n, low.subAccounts as never)),
    budget: decided(sized({ step: 5n }, limited({ budgetLeft: 4n }))),
    opening: decided(sized({ step: 4n }, { required: 3n }), position(100n, [])),
  }).toEqual({
    up: 10n,
    minTopUp: 15n,
    maxTopUp: 5n,
    ledger: 5n,
    less: 'too-small',
    budget: 'budget-exhausted',
    opening: 8n,
  })
})

test('gas is at most its share of a payment, where limits allow that much', () => {
  const gasPrice = 1n
  const rich = position(10n ** 9n, [account('a', 3n)], { wallet: { address: 'wallet', balance: 10n ** 9n } })
  expect([
    decided(sized({ maxGasShare: 10_000n }), rich, { gasPrice }),
    decided(sized({ maxGasShare: 500_000n }), rich, { gasPrice }),
    decided(sized({ maxGasShare: 10_000n }, limited({ maxTopUp: 50n })), rich, { gasPrice }),
    decided(sized({ maxGasShare: 10_000n }), rich, { gasPrice: 0n }),
  ]).toEqual([11_000_000n, 220_000n, 50n, 7n])
})

test('all or nothing: a part is held with the reason of what is missing, and one payment of maxTopUp is whole', () => {
  const all = (rest: Partial<Standing> = {}) => sized({ allOrNothing: true }, rest)
  expect({
    whole: decided(all()),
    ledger: decided(all(), position(6n, low.subAccounts as never)),
    enough: decided(all(), position(7n, low.subAccounts as never)),
    reserve: decided(all(limited({ ledgerReserve: 94n }))),
    budget: decided(all(limited({ budgetLeft: 6n }))),
    maxTopUp: decided(all(limited({ maxTopUp: 4n }))),
  }).toEqual({
    whole: 7n,
    ledger: 'too-small',
    enough: 7n,
    reserve: 'reserve',
    budget: 'budget-exhausted',
    maxTopUp: 4n,
  })
})

test('what limits and ledger leave is not sent where it is worth less than its gas, and an exact amount is', () => {
  const [gas, rich] = [TOP_UP_GAS, { wallet: { address: 'wallet', balance: 10n ** 9n } }]
  const at = (ledger: bigint, one = standing('a', { required: 10n * gas }), more: Partial<PlanInput> = {}) =>
    decided(one, position(ledger, [account('a', 9n * gas)], rich), { gasPrice: 1n, ...more })
  expect({
    whole: at(2n * gas),
    ledger: at(gas - 1n),
    enough: at(gas),
    empty: at(0n),
    budget: at(2n * gas, standing('a', { required: 10n * gas, ...limited({ budgetLeft: gas - 1n }) })),
    commonBudget: at(2n * gas, undefined, { budgetLeft: gas - 1n }),
    reserve: at(2n * gas, standing('a', { required: 10n * gas, ...limited({ ledgerReserve: gas + 1n }) })),
    exact: at(2n * gas, standing('a', { required: 9n * gas + 1n })),
    maxTopUp: at(2n * gas, standing('a', { required: 10n * gas, ...limited({ maxTopUp: 3n }) })),
  }).toEqual({
    whole: gas,
    ledger: 'too-small',
    enough: gas,
    empty: 'ledger-short',
    budget: 'budget-exhausted',
    commonBudget: 'budget-exhausted',
    reserve: 'reserve',
    exact: 1n,
    maxTopUp: 3n,
  })
})

test('a soft reserve is given up for a sub-account at or below its minimum, and holds above it', () => {
  const at = (balance: bigint) => position(20n, [account('a', balance)])
  const soft = standing('a', { reserveIsSoft: true, ...limited({ ledgerReserve: 20n }) })
  expect([decided(soft, at(6n)), decided(soft, at(5n)), decided(soft, at(0n))]).toEqual(['reserve', 5n, 10n])
  expect(decided(standing('a', limited({ ledgerReserve: 20n })), at(5n))).toBe('reserve')
  expect(shortfallOf(input({ position: position(1n, [account('a', 5n)]), standings: [soft] }))).toBe(4n)
})

const wei = (most: bigint) => fc.bigInt(0n, most)
const sizing = fc.record({
  minTopUp: wei(30n),
  step: fc.option(fc.bigInt(1n, 9n)),
  maxGasShare: fc.option(fc.bigInt(1_000n, 1_000_000n)),
  allOrNothing: fc.boolean(),
})
const someone = fc.record({
  provider: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  required: wei(40n),
  beyond: wei(20n),
  priority: fc.integer({ min: -1, max: 1 }),
  sizing,
  limits: fc.record({
    maxTopUp: fc.option(fc.bigInt(9n, 30n)),
    budgetLeft: fc.option(wei(30n)),
    coolingUntil: fc.constant(0),
    ledgerReserve: fc.constant(0n),
  }),
})
const situation = fc.record({
  someones: fc.uniqueArray(someone, { selector: ({ provider }) => provider, minLength: 1 }),
  balances: fc.array(wei(50n), { minLength: 5, maxLength: 5 }),
  available: wei(150n),
  budgetLeft: fc.option(wei(60n)),
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

const inputOf = ({ someones, balances, available, budgetLeft }: Situation): PlanInput =>
  input({
    position: position(
      available,
      balances.map((balance, index) => account('abcde'.charAt(index), balance)),
      { wallet: { address: 'wallet', balance: 10n ** 9n } },
    ),
    standings: someones.map(({ provider, beyond, ...more }) =>
      standing(provider, { ...more, target: more.required + beyond }),
    ),
    budgetLeft,
    gasPrice: 0n,
  })

test('whatever sizes are set, no payment is above its limits or the ledger, and each is a multiple of its step', () => {
  fc.assert(
    fc.property(situation, (given) => {
      let paid = 0n
      for (const [index, one] of plan(inputOf(given)).entries()) {
        if (one.action === 'hold') continue
        const { limits, sizing: size } = given.someones[index] ?? { limits: noLimits, sizing: exact }
        paid += one.amount
        expect(one.amount > 0n && one.amount <= (limits.maxTopUp ?? one.amount)).toBe(true)
        expect(one.amount <= (limits.budgetLeft ?? one.amount)).toBe(true)
        expect(one.amount % (size.step ?? 1n)).toBe(0n)
      }
      expect(paid <= given.available && paid <= (given.budgetLeft ?? paid)).toBe(true)
    }),
    { numRuns: 1_500 },
  )
})

test('whatever sizes are set, more money in the ledger never funds fewer sub-accounts', () => {
  fc.assert(
    fc.property(situation, wei(50n), (given, more) => {
      const funded = (available: bigint) =>
        plan(inputOf({ ...given, available, budgetLeft: null })).filter(({ action }) => action === 'top-up').length
      expect(funded(given.available + more)).toBeGreaterThanOrEqual(funded(given.available))
    }),
    { numRuns: 1_500 },
  )
})

test('whatever sizes are set, a deposit of the shortfall gives the plan of an unlimited ledger', () => {
  fc.assert(
    fc.property(situation, (given) => {
      const missing = shortfallOf(inputOf(given))
      const after = (available: bigint) => plan(inputOf({ ...given, available })).map(brief)
      expect(after(given.available + missing)).toEqual(after(10_000n))
    }),
    { numRuns: 1_500 },
  )
})

test('no sub-account is filled beyond its trigger with what another one lacks to its own', () => {
  fc.assert(
    fc.property(situation, ({ someones, ...given }) => {
      const plain = someones.map((one) => ({
        ...one,
        sizing: exact,
        limits: noLimits,
      }))
      const decisions = plan(inputOf({ ...given, someones: plain } as Situation))
      const amountOf = (one: (typeof decisions)[number]) => (one.action === 'hold' ? 0n : one.amount)
      const after = (one: (typeof decisions)[number]) => one.available + amountOf(one)
      const isPoor = decisions.some((one) => after(one) < one.required)
      const isFilled = decisions.some((one) => amountOf(one) > 0n && after(one) > one.required)
      expect(isPoor && isFilled).toBe(false)
    }),
    { numRuns: 1_500 },
  )
})
