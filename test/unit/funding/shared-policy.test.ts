import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AutoFundingConfig } from '../../../src/funding/config/auto-funding-config.ts'
import { toPolicy } from '../../../src/funding/config/auto-funding-policy.ts'
import { sharedPolicy } from '../../../src/funding/config/shared-policy.ts'

const configs: fc.Arbitrary<AutoFundingConfig> = fc.record(
  {
    maxTopUp: fc.constantFrom('1', '2'),
    priority: fc.constantFrom(-1, 1),
    approvalTimeoutMs: fc.constantFrom(5_000, Infinity),
    unsettledFee: fc.constant(false as const),
    runway: fc.constantFrom({ trigger: '1d', target: '2d' } as const, { trigger: '1d', target: '3d' } as const),
    budget: fc.constantFrom({ amount: '5', per: '1d' } as const, { amount: '5', per: '2d' } as const),
    ledgerReserve: fc.constantFrom({ amount: '1', soft: true }, { amount: '1', soft: false }),
  },
  { requiredKeys: [] },
)

test('equal policies are one object, others are not', () => {
  fc.assert(
    fc.property(configs, configs, fc.constantFrom(1n, 10n), (one, other, minimum) => {
      const [policy, second] = [toPolicy(one, minimum), toPolicy(other, 1n)]
      const isEqual = fc.stringify(policy) === fc.stringify(second)
      expect(sharedPolicy(policy)).toEqual(policy)
      expect(sharedPolicy(policy) === sharedPolicy(second)).toBe(isEqual)
    }),
  )
})

test('a policy with a function of its caller is shared with no other wallet', () => {
  const config = { approve: () => true }
  const [one, other] = [toPolicy(config, 1n), toPolicy(config, 1n)]
  expect(sharedPolicy(one)).toBe(one)
  expect(sharedPolicy(other)).toBe(other)
})

test('of many policies those before are given up', () => {
  const first = sharedPolicy(toPolicy({ priority: 1_000 }, 1n))
  for (let priority = 0; priority < 100; priority += 1) sharedPolicy(toPolicy({ priority }, 7n))
  const again = toPolicy({ priority: 1_000 }, 1n)
  expect(sharedPolicy(again)).toBe(again)
  expect(again).toEqual(first)
})
