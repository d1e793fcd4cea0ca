import type { Journal, JournalRecord } from './journal.types.ts'

/**
 * A journal for browsers and tests: it is gone with the page.
 *
 * @example
 * await createBroker({ signer, journal: memoryJournal() }) // in a page or a test: gone with the process
 */
export function memoryJournal(): Journal & { readonly records: readonly JournalRecord[] } {
  const records: JournalRecord[] = []
  return {
    records,
    load: () => Promise.resolve([...records]),
    append(record) {
      records.push(record)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}
