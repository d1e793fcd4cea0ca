import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { burnOf, demandOf, feeByPrices, FEE_CEILING, type Prices } from '../../../machines/index.ts'

const kinds = ['chatbot', 'embedding', 'speech-to-text', 'text-to-image', 'image-editing', 'audio-generation']
const kind = fc.oneof(fc.constantFrom(...kinds, 'video-generation', 'toString'), fc.string())
/** From nothing to more than any contract can hold, in small steps where the caps lie. */
const wei = fc.oneof(fc.bigInt(0n, 1_000n), fc.bigInt(0n, og('2')), fc.bigInt(0n, 2n ** 256n - 1n))
const prices: fc.Arbitrary<Prices> = fc.record({ kind, inputPrice: wei, outputPrice: wei })

/** The most that counts of what a provider claims, and whether a claim of it, or of a wei more, is an anomaly. */
function capOf(minLockedBalance: bigint, lastHour: bigint, pricedFee: bigint): bigint {
  const burn = burnOf(lastHour === 0n ? [] : [{ at: 1_000, seconds: 60, burnt: lastHour }], 1_000)
  const claimed = (unsettledFee: bigint) =>
    demandOf({ minLockedBalance, unsettledFee, maxUnsettledFee: null, pricedFee, burn })
  const cap = claimed(2n ** 264n).demand.unsettledFee
  expect(claimed(cap).anomaly).toBeNull()
  expect(claimed(cap + 1n).anomaly).toEqual({ kind: 'fee', unsettledFee: cap + 1n, cap, option: 'maxUnsettledFee' })
  return cap
}

test('the default cap is never below 10 × the minimum and the last hour, and prices lift it to the ceiling at most', () => {
  fc.assert(
    fc.property(wei, wei, prices, (minimum, lastHour, offer) => {
      const least = 10n * minimum > lastHour ? 10n * minimum : lastHour
      expect(capOf(minimum, lastHour, 0n)).toBe(least)
      const cap = capOf(minimum, lastHour, feeByPrices(offer))
      expect(cap).toBeGreaterThanOrEqual(least)
      expect(cap).toBeLessThanOrEqual(least > FEE_CEILING ? least : FEE_CEILING)
    }),
  )
})

test('a higher price never lowers the cap', () => {
  fc.assert(
    fc.property(wei, prices, wei, wei, (minimum, offer, input, output) => {
      const dearer = {
        ...offer,
        inputPrice: offer.inputPrice + input,
        outputPrice: offer.outputPrice + output,
      }
      expect(capOf(minimum, 0n, feeByPrices(dearer))).toBeGreaterThanOrEqual(capOf(minimum, 0n, feeByPrices(offer)))
    }),
  )
})

test.for<[kind: string, outputPrice: bigint, explained: bigint]>([
  ['chatbot', og('0.000001'), og('5')],
  ['text-to-image', og('0.01'), og('5')],
  ['audio-generation', og('0.1'), og('60')],
  ['audio-generation', og('1'), og('120')],
  // The clip of 5 s that was billed 6.698 OG on mainnet.
  ['video-generation', og('1.3396'), og('120')],
  ['something new', og('1'), 0n],
  ['constructor', og('1'), 0n],
])('the prices of %s at %s a unit explain a fee of %s', ([kind, outputPrice, explained]) => {
  expect(feeByPrices({ kind, inputPrice: 0n, outputPrice })).toBe(explained)
  expect(feeByPrices({ kind, inputPrice: outputPrice, outputPrice: 0n })).toBe(explained)
})

test('unknown prices explain nothing', () => {
  expect(feeByPrices(null)).toBe(0n)
})
