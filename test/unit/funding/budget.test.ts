import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toPolicy } from '../../../src/funding/config/auto-funding-policy.ts'
import { LONGEST_WINDOW } from '../../../src/base/durations.ts'
import { inFlightByAccount } from '../../../src/transactions/in-flight.ts'
import { transferIntent } from '../../../src/transactions/build-intent.ts'
import { budgetLeft } from '../../../machines/index.ts'
import { limitsOf, paymentsOf } from '../../../src/funding/budget.ts'
import { keyOf } from '../../../src/base/sub-account-key.ts'
import { isCounted } from '../../../src/transactions/payments.ts'
import type { Payment } from '../../../src/transactions/journal.types.ts'

const names = ['alice', 'bob', 'carol'] as const
const services = ['inference', 'fine-tuning'] as const
const people = names.flatMap((provider) => services.map((serviceType) => ({ provider, serviceType })))
const provider = fc.constantFrom(...names)
const serviceType = fc.constantFrom(...services)
const payment = fc.record<Payment>({
  provider,
  serviceType,
  amount: fc.bigInt(1n, 100n),
  at: fc.integer({ min: 0, max: 3 * LONGEST_WINDOW }),
})
const payments = fc.array(payment, { maxLength: 40 })
const policy = fc
  .record({
    amount: fc.bigInt(1n, 2_000n),
    hours: fc.integer({ min: 1, max: 31 * 24 }),
    cooldownMs: fc.integer({ min: 0, max: LONGEST_WINDOW * 1_000 }),
  })
  .map(({ amount, hours, cooldownMs }) => toPolicy({ budget: { amount, per: `${hours}h` }, cooldownMs }, 1n))

describe('what was paid', () => {
  test('and is forgotten changes no limit, whatever limits are set later', () => {
    fc.assert(
      fc.property(payments, policy, fc.nat(LONGEST_WINDOW), (all, terms, later) => {
        const newest = Math.max(0, ...all.map(({ at }) => at))
        const now = newest + later
        const kept = all.filter((one) => isCounted(one, newest))
        expect(budgetLeft(terms.budget, () => kept, now)).toBe(budgetLeft(terms.budget, () => all, now))
        // A cooldown that is over is over, whenever it began.
        const isCooling = (some: readonly Payment[]) =>
          people.map((id) => limitsOf(terms, id, paymentsOf({ payments: () => some }), now).coolingUntil > now)
        expect(isCooling(kept)).toEqual(isCooling(all))
      }),
    )
  })

  test('counts against the limits of the sub-account that got it, and no other', () => {
    fc.assert(
      fc.property(payments, policy, provider, serviceType, (all, terms, ...[name, service]) => {
        const id = { provider: name, serviceType: service }
        const now = 3 * LONGEST_WINDOW
        const own = all.filter((one) => keyOf(one) === keyOf(id))
        const counted = own.filter(({ at }) => at > now - (terms.budget?.seconds ?? 0))
        const left = (terms.budget?.amount ?? 0n) - counted.reduce((sum, { amount }) => sum + amount, 0n)
        const limits = limitsOf(terms, id, paymentsOf({ payments: () => all }), now)
        expect(limits.budgetLeft).toBe(left > 0n ? left : 0n)
      }),
    )
  })
})

test('a cooldown is no longer than payments are remembered', () => {
  expect(() => toPolicy({ cooldownMs: LONGEST_WINDOW * 1_000 + 1 }, 1n)).toThrow('A cooldown lasts at most 31 days.')
})

test('one doubt about a flight among others is a doubt about its sub-account', () => {
  const alice = { provider: 'alice', serviceType: 'inference' as const }
  const bob = { ...alice, provider: 'bob' }
  const rules = { serviceNames: { inference: 'inference-v1.0' } } as Parameters<typeof transferIntent>[2]
  const to = (id: typeof alice) => transferIntent(id, 1n, rules)
  const flights = [
    { intent: to(alice), unresolved: true, nonceSpent: false, inDoubt: true },
    { intent: to(bob), unresolved: false, nonceSpent: true, inDoubt: false },
    { intent: { ...to(bob), touches: [alice, bob] }, unresolved: false, nonceSpent: false, inDoubt: false },
  ]
  expect(inFlightByAccount(flights)).toEqual(
    new Map([
      [keyOf(alice), { unresolved: true, nonceSpent: false }],
      [keyOf(bob), { unresolved: false, nonceSpent: true }],
    ]),
  )
})
