import { JournalError } from '../base/errors.ts'
import { lockManager, storageFactory } from './browser-storage.ts'
import { indexedDbJournal } from './indexed-db-journal.ts'
import type { Journals } from './journals.types.ts'

/** Browsers keep journals in IndexedDB; other platforms without Node's files have none. */
export const journals: Journals = {
  // With one of the two alone the journal refuses to open: two tabs could send, or a reload could pay twice.
  default: (options) => Promise.resolve(storageFactory() || lockManager() ? indexedDbJournal(options) : null),
  stateDirectory() {
    throw noFiles()
  },
  openFile: () => Promise.reject(noFiles()),
  recordsIn: () => Promise.reject(noFiles()),
  openRepair: () => Promise.reject(noFiles()),
}

const noFiles = (): JournalError =>
  new JournalError('This platform has no files for a journal.', {
    do: 'leave the journal to createBroker, or pass a journal of your own; files are for Node',
  })
