import { closingState } from '../../machines/ledger/ledger.steps.ts'
import type { ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { ClosingStatus } from './types.ts'

/** How far a closing has come at a position. */
export function closingStatusOf(
  { position, step }: { position: Position; step: ClosingStep },
  { since, hold, failure }: Pick<ClosingStatus, 'since' | 'hold' | 'failure'>,
): ClosingStatus {
  const { block, ledger, subAccounts, elsewhere = [] } = position
  return {
    since,
    block,
    state: closingState(step),
    step,
    until: step.type === 'wait' ? step.until : null,
    home: ledger?.available ?? 0n,
    locked: ledger?.locked ?? 0n,
    subAccounts: [...subAccounts, ...elsewhere].filter(({ balance }) => balance > 0n).length,
    hold,
    failure,
  }
}
