import {
  add,
  BURN_WINDOW,
  burnOf,
  chargesOfHour,
  clippedSum,
  HOUR,
  nothing,
  ratesOf,
  subtract,
  type Burn,
  type Charge,
  type Fall,
} from '../../machines/auto-funding/auto-funding.burn.ts'
import { sizesOf, withCharge, withoutCharge, type ChargeSizes } from './charge-sizes.ts'

const MOST_FALLS = 1_000
/** Readings without a charge become one of at most this length, so that frequent readings do not push charges out. */
const QUIET_SECONDS = 600

/**
 * The falls of one sub-account, oldest first, with the sums that its burn is made of. A reading adds one fall to hundreds: each is counted
 * as it comes into the burn window, and as it leaves it. The burn is what `burnOf` makes of the same falls.
 */
export class BurnWindow {
  readonly #falls: Fall[]
  /** Falls out of order cannot be counted so: then each burn is computed from all of them. */
  #isOrdered: boolean
  /** Block time of the last burn, in seconds. */
  #now = -Infinity
  /** The first fall within the burn window, and the first one within the last hour. */
  #from = 0
  #hour = 0
  #whole = nothing()
  #lastHour = nothing()
  /** How many falls of the window are charges. */
  #charges = 0
  /** Null where the charges of the window are to be compared anew. */
  #sizes: ChargeSizes | null = null

  constructor(falls: readonly Fall[] = []) {
    this.#falls = falls.slice(-MOST_FALLS)
    this.#isOrdered = this.#falls.every(({ at }, index) => at >= (this.#falls[index - 1]?.at ?? at))
    this.#countAll()
  }

  falls(): readonly Fall[] {
    return this.#falls
  }

  /** Adds what a reading shows, and drops what is older than the burn window, or beyond the most that are remembered. */
  append(fall: Fall): void {
    const last = this.#falls.at(-1)
    if (last && fall.at < last.at) this.#isOrdered = false
    const isQuiet = last?.burnt === 0n && fall.burnt === 0n && last.seconds + fall.seconds <= QUIET_SECONDS
    const added = isQuiet ? { at: fall.at, seconds: last.seconds + fall.seconds, burnt: 0n } : fall
    if (isQuiet) this.#removeQuiet(last)
    this.#falls.push(added)
    this.#enter(added)
    this.#forget(fall.at)
  }

  /** @param now block time in seconds */
  burnAt(now: number): Burn {
    if (!this.#isOrdered) return burnOf(this.#falls, now)
    // As of an earlier time, some falls come back.
    if (now < this.#now) this.#countAll()
    this.#moveOn(now)
    const [whole, lastHour] = [this.#whole, this.#lastHour]
    const rates = ratesOf({ whole, lastHour, charges: this.#charges, clipped: () => this.#clipped() })
    return new MeasuredBurn(rates, lastHour.burnt, now, this.#falls)
  }

  #countAll(): void {
    this.#from = 0
    this.#hour = 0
    this.#whole = nothing()
    this.#lastHour = nothing()
    this.#charges = 0
    this.#sizes = null
    for (const fall of this.#falls) this.#enter(fall)
  }

  #enter(fall: Fall): void {
    add(this.#whole, fall)
    add(this.#lastHour, fall)
    if (fall.burnt === 0n) return
    this.#charges += 1
    if (this.#sizes) this.#sizes = withCharge(this.#sizes, fall.burnt)
  }

  #leave(fall: Fall): void {
    subtract(this.#whole, fall)
    if (fall.burnt === 0n) return
    this.#charges -= 1
    if (this.#sizes) this.#sizes = withoutCharge(this.#sizes, fall.burnt)
  }

  #moveOn(now: number): void {
    this.#now = now
    for (let fall = this.#falls[this.#hour]; fall && now - fall.at >= HOUR; fall = this.#falls[this.#hour]) {
      subtract(this.#lastHour, fall)
      this.#hour += 1
    }
    for (let fall = this.#falls[this.#from]; fall && now - fall.at > BURN_WINDOW; fall = this.#falls[this.#from]) {
      this.#leave(fall)
      this.#from += 1
    }
  }

  /** @param quiet the last fall, which a longer one takes the place of */
  #removeQuiet(quiet: Fall): void {
    this.#falls.pop()
    const { length } = this.#falls
    if (this.#from <= length) subtract(this.#whole, quiet)
    if (this.#hour <= length) subtract(this.#lastHour, quiet)
    this.#from = Math.min(this.#from, length)
    this.#hour = Math.min(this.#hour, length)
  }

  #forget(now: number): void {
    const falls = this.#falls
    let first = Math.max(0, falls.length - MOST_FALLS)
    for (let fall = falls[first]; fall && now - fall.at > BURN_WINDOW; fall = falls[first]) first += 1
    if (first === 0) return
    for (const [at, fall] of falls.splice(0, first).entries()) {
      if (at >= this.#from) this.#leave(fall)
      if (at >= this.#hour) subtract(this.#lastHour, fall)
    }
    this.#from = Math.max(0, this.#from - first)
    this.#hour = Math.max(0, this.#hour - first)
  }

  /** The sum of the window's charges, each cut to four times their median. */
  #clipped(): bigint {
    const sizes = (this.#sizes ??= sizesOf(this.#chargesIn()))
    const { burnt } = this.#whole
    return sizes.small <= Math.floor(this.#charges / 2) ? burnt : clippedSum(this.#chargesIn(), burnt)
  }

  #chargesIn(): bigint[] {
    return this.#falls.slice(this.#from).flatMap(({ burnt }) => (burnt > 0n ? [burnt] : []))
  }
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
