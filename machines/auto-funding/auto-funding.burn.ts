const HOUR = 3_600
/** Older falls say little about the next hours. */
export const BURN_WINDOW = 6 * HOUR
/** Fewer falls, or a shorter time, are a guess. */
const LEAST_FALLS = 3
const LEAST_SECONDS = 60
/** A fall this many times steeper than usual is cut to it. */
const CLIP = 4n
/** An hour that burnt this many times as much as those before it is looked at by somebody. */
const JUMP = 10n

/** What a sub-account was charged within so many seconds, up to a block time. In wei; 0 where it was not. */
export type Fall = { at: number; seconds: number; burnt: bigint }

export type Burn = {
  /** Wei per hour; null until enough was seen. */
  rate: bigint | null
  lastHour: bigint
  /** The last hour burnt ten times as much as the hours before it did. */
  jumped: boolean
}

/**
 * How fast a sub-account is charged at a block time: what was burnt within the last six hours, steep falls cut to four
 * times the usual one, over the time that was looked at.
 */
export function burnOf(falls: readonly Fall[], now: number): Burn {
  const recent = falls.filter(({ at }) => now - at <= BURN_WINDOW)
  const lastHour = sum(recent.filter(({ at }) => now - at < HOUR))
  const seconds = secondsOf(recent)
  // Charges come in lumps: what is cut is a lump beside other lumps, not a lump beside nothing.
  const lumps = recent.map(({ burnt }) => burnt).filter((burnt) => burnt > 0n)
  if (lumps.length < LEAST_FALLS || seconds < LEAST_SECONDS) return { rate: null, lastHour, jumped: false }
  const most = median(lumps) * CLIP
  const burnt = recent.reduce((total, fall) => total + (fall.burnt < most ? fall.burnt : most), 0n)
  return { rate: (burnt * BigInt(HOUR)) / BigInt(seconds), lastHour, jumped: hasJumped(recent, now, lastHour) }
}

function hasJumped(falls: readonly Fall[], now: number, lastHour: bigint): boolean {
  const earlier = falls.filter(({ at }) => now - at >= HOUR)
  const seconds = secondsOf(earlier)
  if (seconds < HOUR || sum(earlier) === 0n) return false
  return lastHour > (JUMP * sum(earlier) * BigInt(HOUR)) / BigInt(seconds)
}

const sum = (falls: readonly Fall[]): bigint => falls.reduce((total, { burnt }) => total + burnt, 0n)

const secondsOf = (falls: readonly Fall[]): number => falls.reduce((total, { seconds }) => total + seconds, 0)

function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor(sorted.length / 2)] ?? 0n
}
