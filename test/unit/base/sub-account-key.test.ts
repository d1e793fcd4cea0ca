import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyOf } from '../../../src/base/sub-account-key.ts'

test('a key tells provider and service, however many providers came before', () => {
  const serviceType = fc.constantFrom('inference' as const, 'fine-tuning' as const)
  for (let at = 0; at < 10_001; at += 1) keyOf({ provider: `0x${at}`, serviceType: 'inference' })
  fc.assert(
    fc.property(fc.string(), serviceType, (provider, serviceType) => {
      const key = `${serviceType}:${provider}`
      expect([keyOf({ provider, serviceType }), keyOf({ provider, serviceType })]).toEqual([key, key])
    }),
  )
})
