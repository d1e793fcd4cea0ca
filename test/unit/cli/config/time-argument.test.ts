import { expect, test } from 'vitest'
import { depositTermsIn } from '../../../../src/cli/config/deposit-terms.ts'
import { termsIn } from '../../../../src/cli/config/terms-options.ts'
import { placeOf } from '../../../../src/cli/serve/arguments.ts'

test('an option in …-ms takes milliseconds, and a duration for the same', () => {
  const terms = { intervalMs: 10_000, cooldownMs: 21_600_000 }
  expect(termsIn({ 'interval-ms': '10000', 'cooldown-ms': '21600000' })).toEqual(terms)
  expect(termsIn({ 'interval-ms': '10s', 'cooldown-ms': '6h' })).toEqual(terms)
  const levels = { 'deposit-trigger': '5', 'deposit-target': '20' }
  expect(depositTermsIn({ ...levels, 'deposit-cooldown-ms': '1d' })).toEqual({
    trigger: '5',
    target: '20',
    cooldownMs: 86_400_000,
  })
  expect(placeOf({ _: [], 'timeout-ms': '2m', 'first-sight-ms': '0s' })).toMatchObject({
    timeoutMs: 120_000,
    firstSightMs: 0,
  })
})

test.for(['', '-1', '1e3', '0x10', '1.5', '10 s', '10ms', '99', '0.05s', '25d'])('%j is no interval', (text) => {
  expect(() => termsIn({ 'interval-ms': text })).toThrow(
    '--interval-ms: whole milliseconds from 100 to 2147483647, or a duration such as "30s"; this is',
  )
})
