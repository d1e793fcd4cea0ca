import { JournalError } from '../base/errors.ts'
import type { JournalRecord } from './journal.types.ts'

/**
 * A record as JSON, for a journal that another store keeps. An amount of wei is `{ "$wei": "…" }`.
 *
 * @example
 * const line = recordToJson(record)
 */
export function recordToJson(record: JournalRecord): string {
  return JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? { $wei: `${value}` } : value))
}

/**
 * The record in such a text. White space and the order of names may have changed.
 *
 * @example
 * const record = recordFromJson(text)
 *
 * @throws JournalError for a record of a newer version of og-ledger: leaving it out might pay twice
 */
export function recordFromJson(json: string): JournalRecord {
  const record = parseRecord(json)
  if (isRecordType(record.type)) return record
  throw new JournalError('The journal has a record that this version of og-ledger does not know.', {
    type: String(record.type).slice(0, 40),
    do: 'update og-ledger on this machine',
  })
}

/** The same without a look at its type: its checksum proves the text. */
export function parseRecord(json: string): JournalRecord {
  return JSON.parse(json, (_, value: unknown) => (isWei(value) ? BigInt(value.$wei) : value)) as JournalRecord
}

const TYPES: ReadonlySet<unknown> = new Set<JournalRecord['type']>([
  'prepared',
  'replaced',
  'sent',
  'mined',
  'unmined',
  'superseded',
  'claiming',
  'claiming-ended',
  'paid',
  'deposited',
  'asked',
  'lost',
  'closing',
  'closing-ended',
])

export function isRecordType(type: unknown): type is JournalRecord['type'] {
  return TYPES.has(type)
}

function isWei(value: unknown): value is { $wei: string } {
  return typeof value === 'object' && value !== null && '$wei' in value
}
