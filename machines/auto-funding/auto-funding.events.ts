import type { Position } from '../position.types.ts'
import type { Decision } from './plan.types.ts'
import type { AutoFundingEvent } from './auto-funding.types.ts'

/**
 * The events that tell a chart of its decision. One that waits for approval of at most what is wanted now goes on
 * waiting: what is wanted grows with every charge, and asking anew each time would never end. Once that has expired, the
 * next reading asks anew.
 *
 * @param standing.settledFrom block of its receipt while it settles
 * @param standing.proposed what it waits for approval of
 * @param standing.expiresAt block time from which it does not wait for that any more; null for ever
 */
export function autoFundingEvents(
  position: Position,
  standing: { settledFrom: number | null; proposed: bigint | null; expiresAt?: number | null },
  decision: Decision,
): AutoFundingEvent[] {
  const { settledFrom, proposed, expiresAt = null } = standing
  if (decision.action === 'propose' && proposed !== null && decision.amount >= proposed) {
    const isExpired = expiresAt !== null && position.block.timestamp >= expiresAt
    return isExpired ? [{ type: 'plan.hold', reason: 'awaiting-approval' }] : []
  }
  const caughtUp: AutoFundingEvent[] =
    settledFrom !== null && position.block.number >= settledFrom ? [{ type: 'reading.caughtUp' }] : []
  return [...caughtUp, eventOf(position, decision)]
}

function eventOf({ block }: Position, decision: Decision): AutoFundingEvent {
  const amount = decision.action === 'hold' ? null : (`${decision.amount}` as const)
  if (decision.action === 'top-up' && amount !== null) return { type: 'plan.topUp', amount, at: block.timestamp }
  if (decision.action === 'propose' && amount !== null) return { type: 'plan.propose', amount, at: block.timestamp }
  if (decision.action === 'hold' && decision.reason !== 'sufficient')
    return { type: 'plan.hold', reason: decision.reason }
  return { type: 'plan.sufficient' }
}
