import { restore, restoreSplit } from './flipped-bit.ts'
import { isWholeButItsEnd, linesOf, NEWLINE, parseLine, type ProvenLine } from './journal-lines.ts'
import type { JournalRecord } from './journal.types.ts'
import { lostRecordIn, type LostRecord } from './lost-record.ts'

/** A record with one flipped bit, which its checksum gives back. */
export type RestoredRecord = { line: number; record: JournalRecord }

/** What a journal's bytes hold, line by line. */
export type JournalExamination = {
  /** The chain's first block that the header names, or `any`; null where the header is lost. */
  chain: string | null
  header: 'whole' | 'restored' | 'lost'
  /** In the order of the file. */
  lines: readonly (RestoredRecord | LostRecord)[]
  restored: readonly RestoredRecord[]
  lost: readonly LostRecord[]
}

/**
 * Reads a journal as far as it can be read. CRC-32 tells any two records of fewer than 90,000 bits apart that differ in up to three
 * bits, so the one bit whose flip makes a line check is the bit that was flipped.
 */
export function examineJournal(bytes: Uint8Array): JournalExamination {
  const lines = linesOf(bytes)
  const hasEnd = bytes.at(-1) === NEWLINE
  const parsed = lines.map((line, index) => parseLine(line, index === 0))
  let joined = 0
  const pieces = lines.flatMap((line, index): Piece[] => {
    if (index === joined && index > 0) return []
    const isTail = index === lines.length - 1 && !hasEnd
    const whole = parsed[index]
    // Of a header without its line end nothing else is left.
    if (whole) return [{ line: index + 1, found: [whole], isRestored: isTail && index === 0 }]
    // A crash cut it short before anything was sent.
    if (isTail && index > 0 && !isWholeButItsEnd(line)) return []
    const alone = restore(line, index === 0)
    if (alone) return [{ line: index + 1, found: alone, isRestored: true }]
    const next = parsed[index + 1] === null ? lines[index + 1] : undefined
    const both = next ? restoreSplit([line, next], index === 0) : null
    if (both) joined = index + 1
    const found = both ?? (index === 0 ? 'header' : lostRecordIn(line, index + 1))
    return [{ line: index + 1, found, isRestored: true }]
  })
  return examinationOf(pieces)
}

/** Whether a journal cannot be opened as it is. */
export function isDamaged({ header, restored, lost }: JournalExamination): boolean {
  return header !== 'whole' || restored.length + lost.length > 0
}

/** What one line, or two that a flipped bit has made of one, hold. */
type Piece = { line: number; found: readonly ProvenLine[] | LostRecord | 'header'; isRestored: boolean }

function examinationOf(pieces: readonly Piece[]): JournalExamination {
  let header: JournalExamination['header'] = 'lost'
  let chain: string | null = null
  const all: (RestoredRecord | LostRecord)[] = []
  const restored: RestoredRecord[] = []
  const lost: LostRecord[] = []
  for (const { line, found, isRestored } of pieces) {
    if (found === 'header') continue
    if (!isFound(found)) {
      all.push(found)
      lost.push(found)
      continue
    }
    for (const one of found) {
      if ('chain' in one) {
        chain = one.chain
        header = isRestored ? 'restored' : 'whole'
        continue
      }
      const record = { line, record: one.record }
      all.push(record)
      if (isRestored) restored.push(record)
    }
  }
  // An empty file has no header to lose.
  return { chain, header: pieces.length === 0 ? 'whole' : header, lines: all, restored, lost }
}

function isFound(found: readonly ProvenLine[] | LostRecord): found is readonly ProvenLine[] {
  return Array.isArray(found)
}
