import { crc32 } from 'node:zlib'
import { chainIn } from './journal-text.ts'
import type { JournalRecord } from './journal.types.ts'
import { checksum, decodeRecord } from './record-codec.ts'
import { isRecordType } from './record-json.ts'

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

const NEWLINE = 10
/** A checksum and a blank. */
const PREFIX = 9
const LONGEST_TEXT = 300

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
    return [{ line: index + 1, found: both ?? lostIn(line, index), isRestored: true }]
  })
  return examinationOf(pieces)
}

/** Whether a journal cannot be opened as it is. */
export function isDamaged({ header, restored, lost }: JournalExamination): boolean {
  return header !== 'whole' || restored.length + lost.length > 0
}

type Parsed = { chain: string } | { record: JournalRecord }
/** What one line, or two that a flipped bit has made of one, hold. */
type Piece = { line: number; found: readonly Parsed[] | LostRecord | 'header'; isRestored: boolean }

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

function isFound(found: readonly Parsed[] | LostRecord): found is readonly Parsed[] {
  return Array.isArray(found)
}

function linesOf(bytes: Uint8Array): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, from)
    const to = end === -1 ? bytes.length : end
    lines.push(Buffer.from(bytes.subarray(from, to)))
    from = to + 1
  }
  return lines
}

function parseLine(line: Buffer, isHeader: boolean): Parsed | null {
  if (isHeader) {
    const chain = chainIn(line.toString())
    return chain === null ? null : { chain }
  }
  if (line.toString('latin1', 0, PREFIX) !== `${checksum(line.subarray(PREFIX))} `) return null
  const record = decodeRecord(line.toString())
  return record && { record }
}

/** Every line in these bytes; null unless all of them check. */
function parseAll(bytes: Buffer, isHeader: boolean): Parsed[] | null {
  const parsed: Parsed[] = []
  for (const [index, line] of linesOf(bytes).entries()) {
    const one = parseLine(line, isHeader && index === 0)
    if (!one) return null
    parsed.push(one)
  }
  return parsed
}

function isWholeButItsEnd(line: Buffer): boolean {
  return parseLine(line.subarray(0, -1), false) !== null
}

/** Searches the one bit whose flip makes a line check. A line end that was flipped has made one line of two. */
function restore(line: Buffer, isHeader: boolean): Parsed[] | null {
  if (isWholeButItsEnd(line)) return parseAll(line.subarray(0, -1), false)
  const suspect = isHeader ? null : flippedByteIn(line)
  for (const [at, byte] of line.entries()) {
    // In a record only the checksum leaves a choice: it names the byte of the text, unless it is flipped itself.
    const isPossible = suspect === null || at < PREFIX || at === suspect || NEARLY_NEWLINE.has(byte)
    const found = isPossible && flipped(line, at, isHeader)
    if (found) return found
  }
  return null
}

/** The same for a character that was flipped into a line end, which has made two lines of one. */
function restoreSplit([first, second]: readonly [Buffer, Buffer], isHeader: boolean): Parsed[] | null {
  return flipped(Buffer.concat([first, Buffer.from('\n'), second]), first.length, isHeader)
}

function flipped(line: Buffer, at: number, isHeader: boolean): Parsed[] | null {
  const before = line[at] ?? 0
  for (const bit of BITS) {
    line[at] = before ^ bit
    const found = parseAll(line, isHeader)
    if (found) return found
  }
  line[at] = before
  return null
}

const BITS = Array.from({ length: 8 }, (_, bit) => 1 << bit)
const NEARLY_NEWLINE: ReadonlySet<number> = new Set(BITS.map((bit) => NEWLINE ^ bit))

/** What a byte adds to the CRC-32 of a text that ends with it; CRC-32 is linear. */
const CRC_OF_BYTE = Array.from({ length: 256 }, (_, byte) => (crc32(Buffer.of(byte)) ^ crc32(Buffer.of(0))) >>> 0)

/** The byte of a record's text in which one flipped bit explains its checksum; -1 where none does. */
function flippedByteIn(line: Buffer): number {
  const difference = (crc32(line.subarray(PREFIX)) ^ Number.parseInt(line.toString('latin1', 0, PREFIX), 16)) >>> 0
  const effects = BITS.map((bit) => CRC_OF_BYTE[bit] ?? 0)
  for (let at = line.length - 1; at >= PREFIX; at -= 1) {
    if (effects.includes(difference)) return at
    // Each byte that follows changes what the bit does.
    for (const [bit, effect] of effects.entries())
      effects[bit] = ((CRC_OF_BYTE[effect & 0xff] ?? 0) ^ (effect >>> 8)) >>> 0
  }
  return -1
}

function lostIn(line: Buffer, index: number): LostRecord | 'header' {
  if (index === 0) return 'header'
  const text = line.toString('latin1').replace(/[^ -~]/g, '.')
  const first = (pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null
  const type = first(/"type":"([a-z-]{1,20})"/)
  const id = first(/"id":"([\w-]{1,80})"/)
  const nonce = first(/"nonce":(\d{1,9})[,}]/) ?? /^(\d{1,9})-/.exec(id ?? '')?.[1]
  const amount = first(/"amount":\{"\$wei":"(\d{1,40})"\}/)
  return {
    line: index + 1,
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
