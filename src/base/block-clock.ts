import type { Block } from '../../machines/position.types.ts'
import type { Clock } from './clock.ts'

const MOST_INTERVALS = 4

export type BlockClock = {
  /** Block time now, in whole seconds, rounded up: a deadline computed from it ends no earlier, while readings come. */
  now(): number
  /** Takes over the block time of a new reading. */
  see(block: Block): void
  /** Passes an outcome through; adds to a rejection its block time, because charts have no clock. */
  dated<T>(work: Promise<T>): Promise<T>
}

/**
 * Estimates block time between two readings: the newest reading's timestamp plus the time that passed on this machine. It stops a
 * few intervals after a reading: a machine whose clock leaps by years must not date a failure years ahead.
 */
export function createBlockClock(clock: Pick<Clock, 'now'>, { intervalMs }: { intervalMs: number }): BlockClock {
  const mostMs = MOST_INTERVALS * intervalMs
  let newest = { timestamp: 0, seenAt: clock.now() }

  return {
    now,
    see({ timestamp }) {
      newest = { timestamp, seenAt: clock.now() }
    },
    async dated(work) {
      try {
        return await work
      } catch (error) {
        throw new DatedError(error, now())
      }
    },
  }

  function now(): number {
    return newest.timestamp + Math.ceil(Math.min(mostMs, Math.max(0, clock.now() - newest.seenAt)) / 1_000)
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
