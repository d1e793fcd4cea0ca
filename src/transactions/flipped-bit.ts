import { crc32 } from 'node:zlib'
import { isWholeButItsEnd, NEWLINE, parseAll, PREFIX, type ProvenLine } from './journal-lines.ts'

const BITS = Array.from({ length: 8 }, (_, bit) => 1 << bit)
const NEARLY_NEWLINE: ReadonlySet<number> = new Set(BITS.map((bit) => NEWLINE ^ bit))

/** What a byte adds to the CRC-32 of a text that ends with it; CRC-32 is linear. */
const CRC_OF_BYTE = Array.from({ length: 256 }, (_, byte) => (crc32(Buffer.of(byte)) ^ crc32(Buffer.of(0))) >>> 0)

/** Searches the one bit whose flip makes a line check. A line end that was flipped has made one line of two. */
export function restore(line: Buffer, isHeader: boolean): ProvenLine[] | null {
  if (isWholeButItsEnd(line)) return parseAll(line.subarray(0, -1), false)
  const suspect = isHeader ? null : flippedByteIn(line)
  for (const [at, byte] of line.entries()) {
    // In a record only the checksum leaves a choice: it names the byte of the text, unless it is flipped itself.
    const isPossible = suspect === null || at < PREFIX || at === suspect || NEARLY_NEWLINE.has(byte)
    const found = isPossible && flipAt(line, at, isHeader)
    if (found) return found
  }
  return null
}

/** The same for a character that was flipped into a line end, which has made two lines of one. */
export function restoreSplit([first, second]: readonly [Buffer, Buffer], isHeader: boolean): ProvenLine[] | null {
  return flipAt(Buffer.concat([first, Buffer.from('\n'), second]), first.length, isHeader)
}

/** The lines that check once one bit of the byte at this place is flipped. */
function flipAt(line: Buffer, at: number, isHeader: boolean): ProvenLine[] | null {
  const before = line[at] ?? 0
  for (const bit of BITS) {
    line[at] = before ^ bit
    const found = parseAll(line, isHeader)
    if (found) return found
  }
  line[at] = before
  return null
}

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
