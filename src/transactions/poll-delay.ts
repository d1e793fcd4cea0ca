import type { Clock } from '../base/clock.ts'

/** The first rest is a tenth of a block, and not shorter than this. */
const SHORTEST_MS = 50
const LONGEST_MS = 2_000
/** However long the node has been silent. */
const LONGEST_SLOWED_MS = 10_000

/** The pace at which the tracker asks for receipts. */
export type PollDelay = {
  /**
   * @param options.idle no caller waits for a receipt: the rest does not keep the process alive
   * @param options.slowdown how many times longer than usual
   */
  rest(options: { idle: boolean; slowdown: number }): Promise<void>
  /** A transaction was sent: the tracker asks at once, and often again. */
  hurry(): void
}

/** Rests between requests for receipts: short at first, then growing to a quarter of the chain's block time. */
export function createPollDelay(blockTimeMs: () => number, clock: Clock): PollDelay {
  let ms = 0
  let wake: (() => void) | null = null

  return {
    rest({ idle, slowdown }) {
      const within = (part: number) => Math.min(Math.max(blockTimeMs() * part, SHORTEST_MS), LONGEST_MS)
      const usual = Math.min(Math.max(ms, within(0.1)), within(0.25))
      ms = usual * 1.5
      const timeout = Math.min(usual * slowdown, LONGEST_SLOWED_MS)
      return new Promise((resolve) => {
        const cancel = clock.after(timeout, done, { idle })
        wake = done
        function done(): void {
          cancel()
          wake = null
          resolve()
        }
      })
    },
    hurry() {
      ms = 0
      wake?.()
    },
  }
}
