import type { Position } from '../position.types.ts'
import type { Decision } from './plan.types.ts'
import type { AutoFundingEvent } from './auto-funding.types.ts'

/**
 * The events that tell an auto-funding chart its decision. A chart that waits for the approval of an amount keeps waiting
 * while the plan wants at least as much: the wanted amount grows with every charge, and a new question each time would
 * never be answered. Once the question has expired, the next plan proposes anew.
 *
 * @param progress.settledFrom block of the last top-up's receipt while the chart is settling
 * @param progress.proposed the amount that waits for approval
 * @param progress.expiresAt block time at which the question expires; null for never
 *
 * @example
 * for (const event of autoFundingEvents(position, { settledFrom: null, proposed: null }, decision)) show(event)
 */
export function autoFundingEvents(
  position: Position,
  progress: { settledFrom: number | null; proposed: bigint | null; expiresAt?: number | null },
  decision: Decision,
): AutoFundingEvent[] {
  const { settledFrom, proposed, expiresAt = null } = progress
  if (decision.action === 'propose' && proposed !== null && decision.amount >= proposed) {
    const isExpired = expiresAt !== null && position.block.timestamp >= expiresAt
    return isExpired ? [{ type: 'plan.hold', reason: 'awaiting-approval' }] : []
  }
  // An outage neither answers nor withdraws a question: what is approved meanwhile is checked against a new reading.
  if (decision.action === 'hold' && decision.reason === 'stale-reading' && proposed !== null) return []
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
