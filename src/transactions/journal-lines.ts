import { chainIn } from './journal-text.ts'
import type { JournalRecord } from './journal.types.ts'
import { checksum, decodeRecord } from './record-codec.ts'

export const NEWLINE = 10
/** How many bytes of a record stand before its text: a checksum and a blank. */
export const PREFIX = 9

/** What a line holds that its checksum proves: the header names the chain. */
export type ProvenLine = { chain: string } | { record: JournalRecord }

/** The lines of a journal, each without its end. */
export function linesOf(bytes: Uint8Array): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, from)
    const to = end === -1 ? bytes.length : end
    lines.push(Buffer.from(bytes.subarray(from, to)))
    from = to + 1
  }
  return lines
}

/** Null where the line does not check. */
export function parseLine(line: Buffer, isHeader: boolean): ProvenLine | null {
  if (isHeader) {
    const chain = chainIn(line.toString())
    return chain === null ? null : { chain }
  }
  if (line.toString('latin1', 0, PREFIX) !== `${checksum(line.subarray(PREFIX))} `) return null
  const record = decodeRecord(line.toString())
  return record && { record }
}

/** Every line in these bytes; null unless all of them check. */
export function parseAll(bytes: Buffer, isHeader: boolean): ProvenLine[] | null {
  const parsed: ProvenLine[] = []
  for (const [index, line] of linesOf(bytes).entries()) {
    const one = parseLine(line, isHeader && index === 0)
    if (!one) return null
    parsed.push(one)
  }
  return parsed
}

/** Whether a line is a record with one byte more: a line end that was flipped into another character. */
export function isWholeButItsEnd(line: Buffer): boolean {
  return parseLine(line.subarray(0, -1), false) !== null
}
