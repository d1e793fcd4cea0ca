import type { Journal, JournalRecord } from './journal.types.ts'

/** For browsers and tests: gone with the page. */
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
