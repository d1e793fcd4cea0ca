import { JournalError } from '../base/errors.ts'
import { roomOf } from '../base/room.ts'
import type { Journals } from './journals.types.ts'

/** A page that only watches has no journal. */
const kept = roomOf(() => import('./browser-journal.ts'))

/** Browsers keep journals in IndexedDB; other platforms without Node's files have none. */
export const journals: Journals = {
  load: () => kept.load(),
  default: async (options) => (await kept.load()).browserJournal(options),
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
