import { sum } from './replay-moves.ts'

const HOUR = 3_600
const WINDOW = 6 * HOUR
const LEAST_FALLS = 3
const LEAST_SECONDS = 60
const CLIP = 4n

/** What was charged between two readings. Times in seconds. */
export type Fall = { at: number; seconds: number; burnt: bigint }

/**
 * Wei per hour as auto-funding itself would have measured it by then (src/streams/burn-rate.ts, which surfaces do not
 * see); null until enough was seen.
 */
export function burnRateOf(falls: readonly Fall[], now: number): bigint | null {
  const recent = falls.filter(({ at }) => now - at <= WINDOW)
  const real = recent.map(({ burnt }) => burnt).filter((burnt) => burnt > 0n)
  const seconds = recent.reduce((total, fall) => total + fall.seconds, 0)
  if (real.length < LEAST_FALLS || seconds < LEAST_SECONDS) return null
  const usual = real.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))[Math.floor(real.length / 2)] ?? 0n
  const burnt = sum(recent.map((fall) => (fall.burnt < usual * CLIP ? fall.burnt : usual * CLIP)))
  return (burnt * BigInt(HOUR)) / BigInt(seconds)
}
