import type { Logger } from '../base/logger.ts'
import { lockManager, storageFactory } from './browser-storage.ts'
import { indexedDbJournal } from './indexed-db-journal.ts'
import type { JournalOwner } from './journals.types.ts'
import type { Journal } from './journal.types.ts'

/**
 * The journal of this page; null on a platform that has neither IndexedDB nor locks. With one of the two alone the journal refuses to
 * open: two tabs could send, or a reload could pay twice.
 */
export function browserJournal(
  options: JournalOwner & { genesis: string | undefined; logger: Logger },
): Journal | null {
  return storageFactory() || lockManager() ? indexedDbJournal(options) : null
}
