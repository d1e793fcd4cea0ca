import type { Position } from '../position.types.ts'
import type { AutoDepositEvent, DepositDecision } from './auto-deposit.types.ts'

/**
 * The events that tell an auto-deposit chart its decision. As for auto-funding, a question that waits for a person stays
 * while the plan wants at least as much, and in an outage.
 *
 * @param progress.settledFrom block of the last deposit's receipt while the chart is settling
 * @param progress.proposed the amount that waits for approval
 * @param progress.expiresAt block time at which the question expires
 *
 * @example
 * const progress = { settledFrom: null, proposed: null, expiresAt: 0 }
 * for (const event of autoDepositEvents(position, progress, depositOn(depositInput))) show(event)
 */
export function autoDepositEvents(
  { block }: Position,
  progress: { settledFrom: number | null; proposed: bigint | null; expiresAt: number },
  decision: DepositDecision,
): AutoDepositEvent[] {
  const { settledFrom, proposed, expiresAt } = progress
  if (decision.action === 'propose' && proposed !== null && decision.amount >= proposed)
    return block.timestamp >= expiresAt ? [{ type: 'plan.hold', reason: 'awaiting-approval' }] : []
  if (decision.action === 'hold' && decision.reason === 'stale-reading' && proposed !== null) return []
  const caughtUp: AutoDepositEvent[] =
    settledFrom !== null && block.number >= settledFrom ? [{ type: 'reading.caughtUp' }] : []
  return [...caughtUp, eventOf(decision, block.timestamp)]
}

function eventOf(decision: DepositDecision, at: number): AutoDepositEvent {
  switch (decision.action) {
    case 'deposit':
      return { type: 'plan.deposit', amount: `${decision.amount}`, at }
    case 'propose':
      return { type: 'plan.propose', amount: `${decision.amount}`, at }
    case 'hold':
      return decision.reason === 'sufficient'
        ? { type: 'plan.sufficient' }
        : { type: 'plan.hold', reason: decision.reason }
  }
}
