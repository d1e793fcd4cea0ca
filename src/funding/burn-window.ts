import {
  BURN_WINDOW,
  burnOf,
  chargesOfHour,
  clippedSum,
  HOUR,
  largestOf,
  quarterOf,
  ratesOf,
  type Burn,
  type Charge,
  type Fall,
} from '../../machines/auto-funding/auto-funding.burn.ts'

const MOST_FALLS = 1_000
/** Readings without a charge become one of at most this length, so that frequent readings do not push charges out. */
const QUIET_SECONDS = 600

/**
 * The falls of one sub-account, oldest first, with the sums that its burn is made of. A reading adds one fall to hundreds: each is counted
 * as it comes into the burn window, and as it leaves it. The burn is what `burnOf` makes of the same falls.
 */
export class BurnWindow {
  readonly #falls: Fall[]
  /** What is out of order cannot be counted so: then each burn is computed from all falls. */
  #isOrdered: boolean
  /** Block time of the last burn, in seconds. */
  #now = -Infinity
  /** The first fall within the burn window, and the first one within the last hour. */
  #from = 0
  #hour = 0
  #seconds = 0
  #burnt = 0n
  #hourSeconds = 0
  #hourBurnt = 0n
  #charges = 0
  /** Null where the charges of the window are to be compared anew. */
  #sizes: Sizes | null = null

  constructor(falls: readonly Fall[] = []) {
    this.#falls = falls.slice(-MOST_FALLS)
    this.#isOrdered = this.#falls.every(({ at }, index) => at >= (this.#falls[index - 1]?.at ?? at))
    for (const fall of this.#falls) this.#enter(fall)
  }

  falls(): readonly Fall[] {
    return this.#falls
  }

  /** Adds what a reading shows, and drops what is older than the burn window, or beyond the most that are remembered. */
  append(fall: Fall): void {
    const last = this.#falls.at(-1)
    const isQuiet = last?.burnt === 0n && fall.burnt === 0n && last.seconds + fall.seconds <= QUIET_SECONDS
    if (last && fall.at < last.at) this.#isOrdered = false
    const added = isQuiet ? { at: fall.at, seconds: last.seconds + fall.seconds, burnt: 0n } : fall
    if (isQuiet) this.#removeQuiet()
    this.#falls.push(added)
    this.#enter(added)
    this.#forget(fall.at)
  }

  /** @param now block time in seconds */
  burnAt(now: number): Burn {
    if (!this.#isOrdered) return burnOf(this.#falls, now)
    if (now < this.#now) this.#goBack()
    this.#moveOn(now)
    const [whole, lastHour] = [
      { seconds: this.#seconds, burnt: this.#burnt },
      { seconds: this.#hourSeconds, burnt: this.#hourBurnt },
    ]
    const rates = ratesOf({ whole, lastHour, charges: this.#charges, clipped: () => this.#clipped() })
    return new MeasuredBurn(rates, lastHour.burnt, now, this.#falls)
  }

  #enter({ seconds, burnt }: Fall): void {
    this.#seconds += seconds
    this.#hourSeconds += seconds
    if (burnt === 0n) return
    this.#burnt += burnt
    this.#hourBurnt += burnt
    this.#charges += 1
    if (this.#sizes) this.#sizes = entered(this.#sizes, burnt)
  }

  #moveOn(now: number): void {
    this.#now = now
    for (let fall = this.#falls[this.#hour]; fall && now - fall.at >= HOUR; fall = this.#falls[this.#hour]) {
      this.#hourSeconds -= fall.seconds
      if (fall.burnt > 0n) this.#hourBurnt -= fall.burnt
      this.#hour += 1
    }
    for (let fall = this.#falls[this.#from]; fall && now - fall.at > BURN_WINDOW; fall = this.#falls[this.#from]) {
      this.#leave(fall)
      this.#from += 1
    }
  }

  #leave({ seconds, burnt }: Fall): void {
    this.#seconds -= seconds
    if (burnt === 0n) return
    this.#burnt -= burnt
    this.#charges -= 1
    if (this.#sizes) this.#sizes = left(this.#sizes, burnt)
  }

  /** Counts all falls again: as of an earlier time, some come back. */
  #goBack(): void {
    this.#from = 0
    this.#hour = 0
    this.#seconds = 0
    this.#burnt = 0n
    this.#hourSeconds = 0
    this.#hourBurnt = 0n
    this.#charges = 0
    this.#sizes = null
    for (const fall of this.#falls) this.#enter(fall)
  }

  /** The last fall, which a longer one takes the place of. */
  #removeQuiet(): void {
    const last = this.#falls.length - 1
    const seconds = this.#falls.pop()?.seconds ?? 0
    if (this.#from <= last) this.#seconds -= seconds
    if (this.#hour <= last) this.#hourSeconds -= seconds
    this.#from = Math.min(this.#from, last)
    this.#hour = Math.min(this.#hour, last)
  }

  #forget(now: number): void {
    const falls = this.#falls
    const isOld = ({ at }: Fall): boolean => now - at > BURN_WINDOW
    let first = Math.max(0, falls.length - MOST_FALLS)
    for (let fall = falls[first]; fall && isOld(fall); fall = falls[first]) first += 1
    if (first === 0) return
    for (const [at, fall] of falls.splice(0, first).entries()) {
      if (at >= this.#from) this.#leave(fall)
      if (at < this.#hour) continue
      this.#hourSeconds -= fall.seconds
      this.#hourBurnt -= fall.burnt
    }
    this.#from = Math.max(0, this.#from - first)
    this.#hour = Math.max(0, this.#hour - first)
  }

  /** The charges of the window, each cut to four times their median. */
  #clipped(): bigint {
    const sizes = (this.#sizes ??= sizesOf(this.#chargesIn()))
    return sizes.small <= Math.floor(this.#charges / 2) ? this.#burnt : clippedSum(this.#chargesIn(), this.#burnt)
  }

  #chargesIn(): bigint[] {
    return this.#falls.slice(this.#from).flatMap(({ burnt }) => (burnt > 0n ? [burnt] : []))
  }
}

/** How large the charges of a window are: the largest, a quarter of it, how many are as large, and how many are less than the quarter. */
type Sizes = { largest: bigint; quarter: bigint; equal: number; small: number }

function sizesOf(charges: readonly bigint[]): Sizes {
  const largest = largestOf(charges)
  const quarter = quarterOf(largest)
  const count = (isOne: (charge: bigint) => boolean): number =>
    charges.reduce((sum, one) => (isOne(one) ? sum + 1 : sum), 0)
  return { largest, quarter, equal: count((one) => one === largest), small: count((one) => one < quarter) }
}

/** @returns null where the charges are to be compared anew */
function entered(sizes: Sizes, charge: bigint): Sizes | null {
  if (charge > sizes.largest) return null
  if (charge === sizes.largest) sizes.equal += 1
  else if (charge < sizes.quarter) sizes.small += 1
  return sizes
}

/** @returns null where the charges are to be compared anew */
function left(sizes: Sizes, charge: bigint): Sizes | null {
  if (charge === sizes.largest) sizes.equal -= 1
  else if (charge < sizes.quarter) sizes.small -= 1
  return sizes.equal > 0 ? sizes : null
}

/** Its list of charges is made where it is looked at, which few plans do: until the next fall comes. */
class MeasuredBurn implements Burn {
  readonly rate: bigint | null
  readonly usual: bigint | null
  readonly lastHour: bigint
  readonly at: number
  readonly #falls: readonly Fall[]

  constructor({ rate, usual }: Pick<Burn, 'rate' | 'usual'>, lastHour: bigint, at: number, falls: readonly Fall[]) {
    this.rate = rate
    this.usual = usual
    this.lastHour = lastHour
    this.at = at
    this.#falls = falls
  }

  get charges(): readonly Charge[] {
    return chargesOfHour(this.#falls, this.at)
  }
}
