import { min } from '../wei.ts'
/** What a provider registered: the kind of its service, and what it charges, in wei per unit. */
export type Prices = { kind: string; inputPrice: bigint; outputPrice: bigint }

/**
 * No price lifts the default cap of unsettled fees above this, in wei: 120 OG, the largest reserve of one request that is
 * documented (two minutes of audio at 1 OG a second, in the tests of 0G's provider software). Prices are the provider's own
 * word, so a limit that followed them alone would be none.
 */
export const FEE_CEILING = 120n * 10n ** 18n

/** Requests of one wallet at the same time: 0G's provider software serves five. */
const REQUESTS = 5n

/**
 * The most units of one request, by kind. 0G's provider software reserves a million tokens, a hundred images, and for audio
 * the two minutes that its generator makes at most. Nothing documents the longest clip of a video: it counts as audio.
 */
const UNITS: Readonly<Record<string, bigint>> = {
  chatbot: 1_000_000n,
  embedding: 1_000_000n,
  'speech-to-text': 1_000_000n,
  'text-to-image': 100n,
  'image-editing': 100n,
  'audio-generation': 120n,
  'video-generation': 120n,
}

/**
 * The largest unsettled fee that a provider's prices explain, in wei: as many of the largest requests as are served at
 * once, at the registered prices, and never above `FEE_CEILING`. It grows with each price. 0 where prices are unknown or the
 * kind is another: nothing documents how large such a request is, so they explain nothing.
 *
 * @example
 * show(feeByPrices(null)) // 0n: unknown prices explain nothing
 */
export function feeByPrices(prices: Prices | null): bigint {
  const units = prices && Object.hasOwn(UNITS, prices.kind) ? UNITS[prices.kind] : undefined
  if (!prices || units === undefined) return 0n
  const fee = REQUESTS * units * (prices.inputPrice + prices.outputPrice)
  return min(fee, FEE_CEILING)
}
