import type { Failure } from './auto-funding.types.ts'

const FIRST_DELAY = 15
const LONGEST_DELAY = 3_600
/** A failure is dated between two readings, by this many seconds at most ahead of the next one. */
const MOST_AHEAD = 3_600

/**
 * Block time from which a failed action is tried again: 15 s after the first failure, doubling up to an hour, and up to
 * a quarter longer so that many do not retry at once. The spread follows from the time of the failure.
 *
 * @example
 * retryAt({ count: 1, at: 1_000, message: 'the node refused' }) // about 1015
 */
export function retryAt({ count, at }: Failure): number {
  const delay = Math.min(FIRST_DELAY * 2 ** Math.min(count - 1, 20), LONGEST_DELAY)
  return at + delay + Math.floor((delay * ((at * 7_919 + count * 104_729) % 1_000)) / 4_000)
}

/** Whether a failed action still rests at this block time. A failure from a future that a reading disproves holds nothing. */
export function isBackingOff(failure: Failure | null | undefined, now: number): boolean {
  return !!failure && failure.at <= now + MOST_AHEAD && now < retryAt(failure)
}

/** The failure after another failure in a row, or the first one. */
export function failureAfter(before: Failure | null, { at, error }: { at: number; error: unknown }): Failure {
  return { count: (before?.count ?? 0) + 1, at, message: error instanceof Error ? error.message : String(error) }
}
