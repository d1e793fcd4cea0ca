import type { Clock } from '../base/clock.ts'
import { isDropped } from './dropped-reading.ts'

/** The health of the reading: every failure is visible here. */
export type PositionStatus = {
  /** Block of the newest position; null before the first. */
  block: number | null
  /** Failed readings in a row. */
  failures: number
  /** The error of the last reading; null once a reading succeeds. */
  error: Error | null
  /** Readings dropped because their block was too old or could not be right; `error` holds both blocks. */
  dropped: number
  /** Milliseconds since the newest position was read; null before the first. */
  ageMs: number | null
  /** Milliseconds since the first of the failures in a row; null while readings succeed. */
  failingForMs: number | null
  /** How often the position is read now, in milliseconds. */
  intervalMs: number
  /**
   * Whether a socket of the provider announces blocks: while it is `closed`, positions are read at the interval alone, and another one is
   * being opened. Absent for a provider without one.
   */
  socket?: 'open' | 'closed'
}

/** What became of the readings. */
export type ReadingRecord = {
  status(intervalMs: number): PositionStatus
  failures(): Pick<PositionStatus, 'failures' | 'error'>
  succeeded(block: number): void
  failed(error: Error): void
}

export function createReadingRecord(
  clock: Pick<Clock, 'now'>,
  socket: (() => 'open' | 'closed') | null,
): ReadingRecord {
  let last: Pick<PositionStatus, 'block' | 'failures' | 'error' | 'dropped'> = {
    block: null,
    failures: 0,
    error: null,
    dropped: 0,
  }
  let readAt: number | null = null
  let failingSince: number | null = null

  return {
    status(intervalMs) {
      const now = clock.now()
      const since = (at: number | null): number | null => (at === null ? null : now - at)
      return {
        ...last,
        ageMs: since(readAt),
        failingForMs: since(failingSince),
        intervalMs,
        ...(socket && { socket: socket() }),
      }
    },
    failures: () => last,
    succeeded(block) {
      readAt = clock.now()
      failingSince = null
      // One block number is all that most readings change: no new object for them.
      if (last.failures > 0) last = { ...last, failures: 0, error: null }
      last.block = block
    },
    failed(error) {
      failingSince ??= clock.now()
      last = { ...last, failures: last.failures + 1, error, dropped: last.dropped + (isDropped(error) ? 1 : 0) }
    },
  }
}
