import { expect, test } from 'vitest'
import { toPolicy } from '../../../src/funding/config/auto-funding-policy.ts'
import type { AutoFundingConfig } from '../../../src/funding/config/auto-funding-config.ts'

const ONE = 10n ** 18n

test('by default a top-up fills up to 1.5 times the trigger and sends 0.1 OG at least', () => {
  const levels = (config: AutoFundingConfig) => toPolicy(config, ONE).levels
  const least = (config: AutoFundingConfig, minimum: bigint) => toPolicy(config, minimum).sizing.minTopUp
  expect({
    usual: levels({}),
    multiplier: levels({ bufferMultiplier: 1.1 }),
    explicit: levels({ target: 2 }),
    amount: levels({ target: '7' }),
    runway: levels({ runway: { trigger: '1h', target: '2h' } }),
    least: [
      least({}, ONE),
      least({}, ONE / 100n),
      least({ minTopUp: 0n }, ONE),
      least({ minLockedBalance: '0.5' }, ONE),
    ],
  }).toEqual({
    usual: { bufferMultiplier: 2, target: { multiplier: 3 } },
    multiplier: { bufferMultiplier: 1.1, target: { multiplier: 1.65 } },
    explicit: { bufferMultiplier: 2, target: { multiplier: 2 } },
    amount: { bufferMultiplier: 2, target: { amount: 7n * ONE } },
    runway: { bufferMultiplier: 2, runway: { trigger: 3_600, target: 7_200 } },
    least: [ONE / 10n, ONE / 1_000n, 0n, ONE / 20n],
  })
})

test('sizes and a soft reserve come to wei and millionths', () => {
  const { sizing, ledgerReserve, reserveIsSoft } = toPolicy({}, 1n)
  expect({ sizing, ledgerReserve, reserveIsSoft }).toEqual({
    sizing: { minTopUp: 0n, step: null, maxGasShare: null, allOrNothing: false },
    ledgerReserve: 0n,
    reserveIsSoft: false,
  })
  const config = { minTopUp: 7n, step: 5n, maxGasShare: 0.01, allOrNothing: true }
  const policy = toPolicy({ ...config, ledgerReserve: { amount: 9n, soft: true } }, 1n)
  expect(policy).toMatchObject({ sizing: { ...config, maxGasShare: 10_000n }, ledgerReserve: 9n, reserveIsSoft: true })
})

test.each<[field: string, config: unknown]>([
  ['step', { step: 0n }],
  ['maxTopUp', { step: 5n, maxTopUp: 4n }],
  ['maxGasShare', { maxGasShare: 0 }],
  ['maxGasShare', { maxGasShare: 1.5 }],
  ['maxGasShare', { maxGasShare: '0.01' }],
  ['allOrNothing', { allOrNothing: 'yes' }],
  ['soft', { ledgerReserve: { amount: 1n } }],
  ['ledgerReserve', { ledgerReserve: { amount: 1n, soft: true, hard: true } }],
])('%s is refused by name where it cannot work (%o)', (field, config) => {
  expect(() => toPolicy(config as AutoFundingConfig, 1n)).toThrow(new RegExp(field))
})
