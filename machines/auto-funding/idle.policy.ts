import type { SubAccountPosition } from '../position.types.ts'
import type { ReclaimStanding } from './reclaim.types.ts'

/** Block time in seconds from which a sub-account counts as idle, if nothing uses it before; null while nothing is known. */
export function idleFrom({
  after,
  use: { knownSince, lastAt },
}: Pick<ReclaimStanding, 'after' | 'use'>): number | null {
  const since = lastAt === null || (knownSince !== null && knownSince > lastAt) ? knownSince : lastAt
  return knownSince === null || since === null ? null : since + after
}

/** Whether it is known that nothing used a sub-account for as long as its rule says. What is not known counts as use. */
export function isIdle(standing: Pick<ReclaimStanding, 'after' | 'use'>, now: number): boolean {
  const from = idleFrom(standing)
  return from !== null && now >= from
}

/**
 * Whether a sub-account rests: it is idle, or its idle money was asked back and nothing has used it since. It is topped up
 * no more until something does, so that what came home is not sent back.
 */
export function isResting(standing: Pick<ReclaimStanding, 'after' | 'use'>, now: number): boolean {
  const { reclaimedAt, lastAt } = standing.use
  return isIdle(standing, now) || (reclaimedAt !== null && (lastAt === null || lastAt <= reclaimedAt))
}

/** Whether the logs are still being read that tell if a sub-account is idle. */
export function isUnread(
  { after, use: { lastAt, isReading } }: Pick<ReclaimStanding, 'after' | 'use'>,
  now: number,
): boolean {
  return isReading && (lastAt === null || lastAt <= now - after)
}

/** Whether money of an idle sub-account can be asked back: more is free there than what is kept, and no refund is pending. */
export function isReclaimable(
  standing: Pick<ReclaimStanding, 'after' | 'use' | 'keep'>,
  { available, pendingRefund }: Pick<SubAccountPosition, 'available' | 'pendingRefund'>,
  now: number,
): boolean {
  return isIdle(standing, now) && pendingRefund === 0n && available > standing.keep
}
