const FIRST_MS = 50
const LONGEST_MS = 2_000

/** Rests between looks for receipts: short at first, then growing to a quarter of the chain's block time. */
export function createPace(blockTimeMs: () => number) {
  let ms = FIRST_MS
  let wake: (() => void) | null = null

  return {
    /** @param idle nothing that anybody waits for: the rest does not keep the process alive */
    rest(idle: boolean): Promise<void> {
      const longest = Math.min(Math.max(blockTimeMs() / 4, FIRST_MS), LONGEST_MS)
      const timeout = Math.min(ms, longest)
      ms *= 1.5
      return new Promise((resolve) => {
        const timer = setTimeout(done, timeout)
        if (idle && typeof timer === 'object') timer.unref()
        wake = done
        function done(): void {
          clearTimeout(timer)
          wake = null
          resolve()
        }
      })
    },
    /** Something new was sent: looks at once, and often again. */
    hurry(): void {
      ms = FIRST_MS
      wake?.()
    },
    stop(): void {
      wake?.()
    },
  }
}
