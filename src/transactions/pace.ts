/** The first rest is a tenth of a block, and not shorter than this. */
const SHORTEST_MS = 50
const LONGEST_MS = 2_000

/** Rests between looks for receipts: short at first, then growing to a quarter of the chain's block time. */
export function createPace(blockTimeMs: () => number) {
  let ms = 0
  let wake: (() => void) | null = null

  return {
    /** @param idle nothing that anybody waits for: the rest does not keep the process alive */
    rest(idle: boolean): Promise<void> {
      const within = (part: number) => Math.min(Math.max(blockTimeMs() * part, SHORTEST_MS), LONGEST_MS)
      const timeout = Math.min(Math.max(ms, within(0.1)), within(0.25))
      ms = timeout * 1.5
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
      ms = 0
      wake?.()
    },
    stop(): void {
      wake?.()
    },
  }
}
