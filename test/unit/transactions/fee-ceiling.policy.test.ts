import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MOST_FEE_PER_GAS } from '../../../src/transactions/fee-cap.policy.ts'
import { feeExcess } from '../../../src/transactions/fee-ceiling.policy.ts'

const OG = 10n ** 18n
const gwei = 10n ** 9n
const eip1559 = (maxFeePerGas: bigint) => ({ maxFeePerGas, maxPriorityFeePerGas: gwei })

test.each([
  ['the usual fee of 0G', eip1559(4n * gwei), { amount: OG, gasLimit: 110_000n }, null],
  [
    'a tip of 0.1 OG a gas',
    eip1559(OG / 10n),
    { amount: 5n * OG, gasLimit: 60_000n },
    { asked: OG / 10n, ceiling: MOST_FEE_PER_GAS, because: 'the absolute ceiling' },
  ],
  [
    'a legacy price of 0.1 OG a gas',
    { gasPrice: OG / 10n },
    { amount: 5n * OG, gasLimit: 60_000n },
    { asked: OG / 10n, ceiling: MOST_FEE_PER_GAS, because: 'the absolute ceiling' },
  ],
  [
    'gas that costs more than a twentieth of a top-up',
    eip1559(900n * gwei),
    { amount: OG, gasLimit: 110_000n },
    { asked: 900n * gwei, ceiling: OG / 20n / 110_000n, because: 'what the payment is worth' },
  ],
  ['the same gas for a large payment', eip1559(900n * gwei), { amount: 10n * OG, gasLimit: 110_000n }, null],
  [
    'what moves nothing has the absolute ceiling alone',
    eip1559(900n * gwei),
    { amount: 0n, gasLimit: 3_000_000n },
    null,
  ],
  [
    'dust is held at the least gas cost',
    eip1559(200n * gwei),
    { amount: 1n, gasLimit: 110_000n },
    { asked: 200n * gwei, ceiling: OG / 50n / 110_000n, because: 'what the payment is worth' },
  ],
])('%s', (_, fees, payment, excess) => {
  expect(feeExcess(fees, payment)).toEqual(excess)
})

test('a fee within its ceilings never costs more than a twentieth of the payment or 0.02 OG', () => {
  const payment = fc.record({ amount: fc.bigInt(1n, 10n ** 24n), gasLimit: fc.bigInt(21_000n, 5_000_000n) })
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 14n), payment, (fee, { amount, gasLimit }) => {
      fc.pre(feeExcess({ gasPrice: fee }, { amount, gasLimit }) === null)
      const most = amount / 20n > OG / 50n ? amount / 20n : OG / 50n
      expect(fee * gasLimit <= most && fee <= MOST_FEE_PER_GAS).toBe(true)
    }),
  )
})
