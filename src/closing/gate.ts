import type { ClosingIntention } from '../transactions/journal.types.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'

/** The ledger is being closed: the broker pays nothing to a provider any more. Nothing was sent. */
export class LedgerClosingError extends OgLedgerError {
  override readonly name = 'LedgerClosingError'
  constructor(operation: string) {
    super('The ledger is being closed, so nothing is paid to a provider.', {
      operation,
      do: 'cancel that first, with ledger.cancelClosing() or og-ledger close --cancel',
    })
  }
}

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
