import { JournalError, recordFromJson, recordToJson, type JournalRecord } from '../index.ts'
import type { StoredRecord } from './journal-loads.ts'

/** A record as JSON that jsonb takes: it has no text with a NUL, nor with half of a surrogate pair. */
export function toStored(record: JournalRecord): string {
  return recordToJson(record).replace(ESCAPE, (escape) => (NO_TEXT.test(escape) ? '\\ufffd' : escape))
}

/** Every escape of JSON, so that an escaped backslash is not taken for the beginning of the next one. */
const ESCAPE = /\\(?:u[\da-f]{4}|.)/gi
const NO_TEXT = /^\\u(?:0000|d[89a-f]..)$/i

/**
 * The records of a journal, oldest first.
 *
 * @throws JournalError where a place is empty, or a record is of a newer version of og-ledger
 */
export function fromStored(stored: readonly StoredRecord[], wallet: string): JournalRecord[] {
  const [first] = stored
  return stored.map(({ seq, json }, index) => {
    if (seq !== (first?.seq ?? 0) + index)
      throw new JournalError('A record of the journal in the database is missing.', {
        wallet,
        seq: String((first?.seq ?? 0) + index),
        do: 'restore the table from a backup of the database; guessing would risk paying twice',
      })
    return recordFromJson(json)
  })
}
