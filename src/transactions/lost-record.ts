import type { JournalRecord } from './journal.types.ts'
import { isRecordType } from './record-json.ts'

const LONGEST_TEXT = 300

/** A record that no checksum proves any more, as far as it can be read: any of it may be wrong. */
export type LostRecord = {
  /** Counted from 1; the header is line 1. */
  line: number
  type: JournalRecord['type'] | null
  id: string | null
  nonce: number | null
  operation: string | null
  provider: string | null
  /** In wei. */
  amount: bigint | null
  hash: string | null
  claim: string | null
  /** The beginning of the line; what is no printable character is a dot. */
  text: string
}

/** Reads what can still be read of a record. */
export function lostRecordIn(bytes: Buffer, line: number): LostRecord {
  const text = bytes.toString('latin1').replace(/[^ -~]/g, '.')
  const first = (pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null
  const type = first(/"type":"([a-z-]{1,20})"/)
  const id = first(/"id":"([\w-]{1,80})"/)
  const nonce = first(/"nonce":(\d{1,9})[,}]/) ?? /^(\d{1,9})-/.exec(id ?? '')?.[1]
  const amount = first(/"amount":\{"\$wei":"(\d{1,40})"\}/)
  return {
    line,
    type: isRecordType(type) ? type : null,
    id,
    nonce: nonce === undefined ? null : Number(nonce),
    operation: first(/"method":"(\w{1,40})"/),
    provider: first(/"provider":"(0x[\da-fA-F]{40})"/),
    amount: amount === null ? null : BigInt(amount),
    hash: first(/"hash":"(0x[\da-f]{64})"/),
    claim: first(/"claim":"([\w-]{1,80})"/) ?? (type?.startsWith('claiming') === true ? id : null),
    text: text.slice(0, LONGEST_TEXT),
  }
}
