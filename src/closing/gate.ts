import type { ClosingIntention } from '../transactions/journal.types.ts'
import { LedgerClosingError } from './errors.ts'

/** Refuses what would move money out of a ledger that is being closed. */
export type ClosingGate = {
  isClosing(): boolean
  /** @throws LedgerClosingError while the ledger is being closed */
  check(operation: string): void
}

/** @param current the closing request in the journal; null without one */
export function createClosingGate(current: () => ClosingIntention | null): ClosingGate {
  return {
    isClosing: () => current() !== null,
    check(operation) {
      if (current()) throw new LedgerClosingError(operation)
    },
  }
}
