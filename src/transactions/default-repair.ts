import { journals } from '#journals'
import type { NonceReader } from './journal-loss.ts'
import type { JournalRepair } from './journal-repair.ts'
import type { JournalPlace } from './journals.types.ts'

/**
 * Locks a wallet's journal file and says what its damage has lost; `write` repairs it.
 *
 * @throws LockedError while another process has it, JournalError for a place that does not serve, ReadError
 */
export function openJournalRepair(options: JournalPlace & { nonces: NonceReader }): Promise<JournalRepair> {
  return journals.openRepair(options)
}
