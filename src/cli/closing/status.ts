import { closingState, closingStep } from '../../../machines/index.ts'
import type { Broker, ClosingIntention, ClosingStatus, Position } from '../../index.ts'

/**
 * How far a closing is at a position, for a command that only looks: the broker of another process closes the ledger.
 *
 * @param intention what the journal says; null where the ledger is not being closed
 */
export function closingAt(
  { rules }: Broker,
  intention: ClosingIntention | null,
  position: Position,
): ClosingStatus | null {
  const step = intention && closingStep(position, rules)
  if (!step) return null
  return {
    since: intention.since,
    block: position.block,
    state: closingState(step),
    step,
    until: step.type === 'wait' ? step.until : null,
    home: position.ledger?.available ?? 0n,
    locked: position.ledger?.locked ?? 0n,
    subAccounts: position.subAccounts.filter(({ balance }) => balance > 0n).length,
    hold: null,
    failure: null,
  }
}
