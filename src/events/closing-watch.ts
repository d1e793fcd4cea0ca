import type { ClosingState, ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { ClosingOutcome } from '../transactions/journal.types.ts'
import type { Emit } from './emit.ts'

/** Tells each kind of step that closing the ledger comes to, and its end. */
export type ClosingWatch = {
  see(status: { state: ClosingState; step: ClosingStep } | null): void
  end(outcome: ClosingOutcome): void
}

export function createClosingWatch(emit: Emit): ClosingWatch {
  let told: ClosingState | null = null
  return {
    see(status) {
      if (status && status.state !== told) emit({ type: 'closing.step', state: status.state, step: status.step })
      told = status?.state ?? null
    },
    end(outcome) {
      told = null
      emit({ type: 'closing.ended', outcome })
    },
  }
}
