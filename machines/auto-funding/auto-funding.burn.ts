import { min } from '../wei.ts'
export const HOUR = 3_600
/** Older falls predict little about the next hours. */
export const BURN_WINDOW = 6 * HOUR
/** With fewer falls, or within less time, the rate would be a guess. */
const LEAST_FALLS = 3
const LEAST_SECONDS = 60
/** A fall this many times steeper than usual is cut to it. */
const CLIP = 4n

/** What a sub-account was charged in the seconds up to a block time, in wei; 0 without a charge. */
export type Fall = { at: number; seconds: number; burnt: bigint }

export type Burn = {
  /** Wei per hour; null until there are enough falls. */
  rate: bigint | null
  lastHour: bigint
  /** Wei per hour of the hours before the last one; null while they are less than an hour, or without a charge. */
  usual: bigint | null
  /** The charges of the last hour, oldest first. */
  charges: readonly Charge[]
  /** Block time of this measurement, in seconds. */
  at: number
}

/** A charge in wei, and its block time in seconds. */
export type Charge = { at: number; burnt: bigint }

/**
 * How fast a sub-account is charged at a block time: the sum of its falls within the last six hours, each cut to four
 * times the median, divided by the time that they cover.
 *
 * @example
 * show(burnOf([], 7_200).rate)
 */
export function burnOf(falls: readonly Fall[], now: number): Burn {
  const recent = falls.filter(({ at }) => now - at <= BURN_WINDOW)
  const lastFalls = recent.filter(({ at }) => now - at < HOUR)
  const lastHour = sum(lastFalls)
  const seconds = secondsOf(recent)
  // Charges come in lumps, so a fall is compared with other charges and not with readings without one.
  const lumps = recent.map(({ burnt }) => burnt).filter((burnt) => burnt > 0n)
  const charges = lastFalls.filter(({ burnt }) => burnt > 0n).map(({ at, burnt }) => ({ at, burnt }))
  if (lumps.length < LEAST_FALLS || seconds < LEAST_SECONDS)
    return { rate: null, lastHour, usual: null, charges, at: now }
  const most = median(lumps) * CLIP
  const burnt = recent.reduce((total, fall) => total + min(fall.burnt, most), 0n)
  return {
    rate: (burnt * BigInt(HOUR)) / BigInt(seconds),
    lastHour,
    usual: usualOf(recent.filter(({ at }) => now - at >= HOUR)),
    charges,
    at: now,
  }
}

function usualOf(earlier: readonly Fall[]): bigint | null {
  const seconds = secondsOf(earlier)
  const burnt = sum(earlier)
  return seconds < HOUR || burnt === 0n ? null : (burnt * BigInt(HOUR)) / BigInt(seconds)
}

const sum = (falls: readonly Fall[]): bigint => falls.reduce((total, { burnt }) => total + burnt, 0n)

const secondsOf = (falls: readonly Fall[]): number => falls.reduce((total, { seconds }) => total + seconds, 0)

function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor(sorted.length / 2)] ?? 0n
}
