import type { Block } from '../../machines/position.types.ts'
import type { Clock } from './clock.ts'

export type BlockClock = ReturnType<typeof createBlockClock>

/** Block time between two readings: that of the newest, and what has passed since on the clock of this machine. */
export function createBlockClock(clock: Clock) {
  let newest = { timestamp: 0, seenAt: clock.now() }

  return {
    now,
    see({ timestamp }: Block): void {
      newest = { timestamp, seenAt: clock.now() }
    },
    /** The same outcome; a rejection says when it came, for charts, which have no clock. */
    async dated<T>(work: Promise<T>): Promise<T> {
      try {
        return await work
      } catch (error) {
        throw new DatedError(error, now())
      }
    },
  }

  /** In whole seconds, rounded up: what is to last so long from now on does. */
  function now(): number {
    return newest.timestamp + Math.ceil(Math.max(0, clock.now() - newest.seenAt) / 1_000)
  }
}

class DatedError extends Error {
  /** Seconds of block time. */
  readonly at: number

  constructor(cause: unknown, at: number) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.at = at
  }
}
