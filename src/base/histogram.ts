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
  const counts = bounds.map(() => 0)
  let sum = 0
  let count = 0
  return {
    observe(seconds) {
      if (!(seconds >= 0)) return
      sum += seconds
      count += 1
      for (let at = bounds.length - 1; at >= 0 && seconds <= (bounds[at] ?? 0); at -= 1)
        counts[at] = (counts[at] ?? 0) + 1
    },
    read: () => ({ bounds, counts: [...counts], sum, count }),
  }
}
