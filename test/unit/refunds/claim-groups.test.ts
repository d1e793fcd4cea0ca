import fc from 'fast-check'
import { expect, test } from 'vitest'
import { claimGroups } from '../../../src/refunds/claim-groups.ts'
import { keyOf } from '../../../src/base/sub-account-key.ts'

const rules = {
  serviceNames: { inference: 'inference-v1.0', 'fine-tuning': 'fine-tuning-v1.0' },
  maxProvidersPerBatch: 2,
}

const account = (provider: string, serviceType: 'inference' | 'fine-tuning', available: bigint) => ({
  provider,
  serviceType,
  available,
})

test('sub-accounts with free money go alone, the others together by service, as many as a batch takes', () => {
  const groups = claimGroups(
    [
      account('a', 'inference', 0n),
      account('b', 'inference', 5n),
      account('c', 'fine-tuning', 0n),
      account('d', 'inference', 0n),
      account('e', 'inference', 0n),
    ],
    rules,
  )
  expect(groups.map((group) => group.map(keyOf))).toEqual([
    ['inference:b'],
    ['inference:a', 'inference:d'],
    ['inference:e'],
    ['fine-tuning:c'],
  ])
})

test('every sub-account is in one group, and a group is of one service and no larger than a batch', () => {
  const accounts = fc.uniqueArray(
    fc.record({
      provider: fc.string({ minLength: 1, maxLength: 3 }),
      serviceType: fc.constantFrom('inference' as const, 'fine-tuning' as const),
      available: fc.bigInt({ min: 0n, max: 1n }),
    }),
    { selector: keyOf, maxLength: 12 },
  )
  fc.assert(
    fc.property(accounts, fc.integer({ min: 1, max: 5 }), (all, maxProvidersPerBatch) => {
      const groups = claimGroups(all, { ...rules, maxProvidersPerBatch })
      expect(groups.flat().map(keyOf).toSorted()).toEqual(all.map(keyOf).toSorted())
      for (const group of groups) {
        expect(group.length).toBeLessThanOrEqual(maxProvidersPerBatch)
        expect(new Set(group.map(({ serviceType }) => serviceType)).size).toBe(1)
      }
    }),
  )
})
