import { JournalError } from '../base/errors.ts'
import type { Journals } from './journals.types.ts'
import { memoryJournal } from './memory-journal.ts'

/** Browsers, and every other platform without Node's files. */
export const journals: Journals = {
  // Brokers of one wallet in one page share its lane.
  default: () => Promise.resolve({ ...memoryJournal(), place: 'memory' }),
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
