/** How often something took how long. `counts` of a bound is all that took no longer; `count` is all of them. In seconds. */
export type HistogramCounts = {
  bounds: readonly number[]
  counts: readonly number[]
  sum: number
  count: number
}

export type Histogram = {
  /** Seconds; a time that is not known is left out. */
  observe(seconds: number): void
  read(): HistogramCounts
}

/** A histogram of durations with fixed bounds in seconds, rising. */
export function createHistogram(bounds: readonly number[]): Histogram {
  return new Durations(bounds)
}

class Durations implements Histogram {
  readonly #bounds: readonly number[]
  /** Null before the first duration. */
  #counts: number[] | null = null
  #sum = 0
  #count = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
  }

  observe(seconds: number): void {
    if (!(seconds >= 0)) return
    const bounds = this.#bounds
    const counts = (this.#counts ??= bounds.map(() => 0))
    this.#sum += seconds
    this.#count += 1
    for (let at = bounds.length - 1; at >= 0 && seconds <= (bounds[at] ?? 0); at -= 1)
      counts[at] = (counts[at] ?? 0) + 1
  }

  read(): HistogramCounts {
    const counts = this.#counts ?? this.#bounds.map(() => 0)
    return { bounds: this.#bounds, counts: [...counts], sum: this.#sum, count: this.#count }
  }
}
