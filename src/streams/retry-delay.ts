import { isDropped } from './dropped-reading.ts'
import type { PositionStatus } from './position-status.ts'

const FIRST_RETRY_MS = 1_000
export const LONGEST_RETRY_MS = 30_000

/** Milliseconds from one reading to the next: the interval, or an exponential back-off after failures. */
export function readingDelay(
  { failures, error }: Pick<PositionStatus, 'failures' | 'error'>,
  { intervalMs, blockTimeMs }: { intervalMs: number; blockTimeMs: number },
): number {
  if (failures === 0) return intervalMs
  // A node that lags catches up within blocks, so its back-off does not grow.
  if (isDropped(error)) return Math.min(intervalMs, lagDelay(blockTimeMs))
  return Math.min(Math.min(intervalMs, FIRST_RETRY_MS) * 2 ** (failures - 1), LONGEST_RETRY_MS)
}

/** Milliseconds to wait for a node that lags: half a block. */
export function lagDelay(blockTimeMs: number): number {
  return Math.min(Math.max(blockTimeMs / 2, 100), 2_000)
}
