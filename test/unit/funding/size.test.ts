import { expect, test } from 'vitest'
import { toPolicy, type AutoFundingConfig } from '../../../src/funding/config.ts'

test('sizes and a soft reserve come to wei and millionths, and by default a top-up is exact', () => {
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
