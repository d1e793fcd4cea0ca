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
  const [whole, lastHour] = [nothing(), nothing()]
  // Charges come in lumps, so a fall is compared with other charges and not with readings without one.
  const lumps: bigint[] = []
  for (const fall of falls) {
    const age = now - fall.at
    if (age > BURN_WINDOW) continue
    add(whole, fall)
    if (age < HOUR) add(lastHour, fall)
    if (fall.burnt > 0n) lumps.push(fall.burnt)
  }
  const rates = ratesOf({ whole, lastHour, charges: lumps.length, clipped: () => clippedSum(lumps, whole.burnt) })
  return { ...rates, lastHour: lastHour.burnt, charges: chargesOfHour(falls, now), at: now }
}

/** The charges of the hour before a block time, oldest first. */
export function chargesOfHour(falls: readonly Fall[], now: number): Charge[] {
  return falls.flatMap(({ at, burnt }) => (burnt > 0n && now - at < HOUR ? [{ at, burnt }] : []))
}

/**
 * The rates of a burn, from sums of its window and of the last hour.
 *
 * @param sums.clipped the sum of the window's charges, each cut to four times their median
 */
export function ratesOf({ whole, lastHour, charges, clipped }: Sums): Pick<Burn, 'rate' | 'usual'> {
  if (charges < LEAST_FALLS || whole.seconds < LEAST_SECONDS) return { rate: null, usual: null }
  return {
    rate: perHour({ seconds: whole.seconds, burnt: clipped() }),
    usual: usualOf({ seconds: whole.seconds - lastHour.seconds, burnt: whole.burnt - lastHour.burnt }),
  }
}

type Sums = { whole: Stretch; lastHour: Stretch; charges: number; clipped: () => bigint }

/** What was charged in a stretch of time, in wei. */
export type Stretch = Pick<Fall, 'seconds' | 'burnt'>

export const nothing = (): Stretch => ({ seconds: 0, burnt: 0n })

export function add(stretch: Stretch, { seconds, burnt }: Fall): void {
  stretch.seconds += seconds
  // Most readings of most sub-accounts show no charge.
  if (burnt !== 0n) stretch.burnt += burnt
}

/** The reverse of `add`. */
export function subtract(stretch: Stretch, { seconds, burnt }: Fall): void {
  stretch.seconds -= seconds
  if (burnt !== 0n) stretch.burnt -= burnt
}

const perHour = ({ seconds, burnt }: Stretch): bigint => (burnt * BigInt(HOUR)) / BigInt(seconds)

function usualOf(earlier: Stretch): bigint | null {
  return earlier.seconds < HOUR || earlier.burnt === 0n ? null : perHour(earlier)
}

/**
 * The sum of charges, each cut to four times their median.
 *
 * @param total the sum of them as they are
 */
export function clippedSum(lumps: readonly bigint[], total: bigint): bigint {
  const quarter = quarterOf(largestOf(lumps))
  const small = lumps.reduce((count, lump) => (lump < quarter ? count + 1 : count), 0)
  // The median is a quarter of the largest or more, so it cuts none. To find it takes most of the time.
  if (small <= Math.floor(lumps.length / 2)) return total
  const most = median(lumps) * CLIP
  return lumps.reduce((sum, lump) => sum + min(lump, most), 0n)
}

/** Charges below it may be cut where most are. */
export const quarterOf = (largest: bigint): bigint => (largest + CLIP - 1n) / CLIP

export const largestOf = (values: readonly bigint[]): bigint =>
  values.reduce((most, one) => (one > most ? one : most), 0n)

function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor(sorted.length / 2)] ?? 0n
}
