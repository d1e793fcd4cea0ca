import { crc32 } from 'node:zlib'
import type { JournalRecord } from './journal.types.ts'
import { parseRecord, recordToJson } from './record-json.ts'

/** A record as one line: the checksum of what follows, a blank, and JSON. */
export function encodeRecord(record: JournalRecord): string {
  const json = recordToJson(record)
  return `${checksum(json)} ${json}\n`
}

/** The record in a line; null where the line is torn or altered. */
export function decodeRecord(line: string): JournalRecord | null {
  const json = line.slice(9)
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return null
  return parseRecord(json)
}

/** CRC-32 in eight hex digits. */
export function checksum(text: string | Uint8Array): string {
  return crc32(text).toString(16).padStart(8, '0')
}
