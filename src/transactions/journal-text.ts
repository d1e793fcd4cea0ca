import { JournalError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { JournalRecord } from './journal.types.ts'
import { checksum, decodeRecord, encodeRecord } from './record-codec.ts'

/** A journal as text: a header that names the chain by its first block, then one line for each record. */
export function encodeJournal(records: readonly JournalRecord[], genesis: string | undefined): string {
  return `${headerOf(genesis)}\n${records.map(encodeRecord).join('')}`
}

export type DecodeOptions = {
  genesis: string | undefined
  /** The path, for messages. */
  journal: string
  logger: Logger
}

/**
 * Reads a journal that no other process writes. Only a torn tail is left out, the beginning of a record without its line
 * end: a crash cut it short, and its transaction was never sent. Any other damage may hide a transaction in flight.
 *
 * @returns null for the journal of another chain with the same id
 * @throws JournalError where the header or a whole line is damaged
 */
export function decodeJournal(text: string, { genesis, journal, logger }: DecodeOptions): JournalRecord[] | null {
  if (text === '') return []
  const lines = text.split('\n')
  const tail = lines.pop() ?? ''
  const [header, ...body] = lines
  const chain = header === undefined ? null : chainIn(header)
  if (chain === null) throw damageError(journal, 1)
  if (!isOf(genesis, chain)) {
    logger.warn({ journal }, 'the journal belongs to a chain with another first block; it was put aside')
    return null
  }
  const records = body.map((line, index) => decodeRecord(line) ?? fail(damageError(journal, index + 2)))
  return [...records, ...recordsIn(tail, { journal, line: lines.length + 1, logger })]
}

/** What stands after the last line end: nothing, a record that lacks only that, or the beginning of one. */
function recordsIn(
  tail: string,
  { journal, line, logger }: { journal: string; line: number; logger: Logger },
): JournalRecord[] {
  if (tail === '') return []
  const whole = decodeRecord(tail)
  if (whole) return [whole]
  // A whole record and another character: its line end is damaged.
  if (decodeRecord(tail.slice(0, -1))) throw damageError(journal, line)
  logger.warn({ journal, line }, 'the last record was torn; its transaction was never sent')
  return []
}

function damageError(journal: string, line: number): JournalError {
  return new JournalError('The journal of transactions in flight is damaged.', {
    journal,
    line: String(line),
    do: '`og-ledger transactions --repair` shows what is lost, asks, and keeps the damaged file beside the repaired one',
  })
}

function fail(error: Error): never {
  throw error
}

/** Reads a journal that another process may be writing: incomplete lines are left out, and so is another chain's journal. */
export function decodeForeignJournal(text: string, genesis: string | undefined): JournalRecord[] {
  const [header = '', ...lines] = text.split('\n')
  return isOf(genesis, chainIn(header)) ? lines.flatMap((line) => decodeRecord(line) ?? []) : []
}

const ANY_CHAIN = 'any'

/** The header names the chain, with a checksum: a damaged name must not look like another chain's. */
function headerOf(genesis: string = ANY_CHAIN): string {
  const text = `og-ledger journal 1 ${genesis}`
  return `${text} ${checksum(text)}`
}

/** The chain's first block that a header names, or `any`; null for a damaged header. Files of earlier versions have no checksum. */
export function chainIn(header: string): string | null {
  const [, text = '', chain = '', given] = /^(og-ledger journal 1 (\S+))(?: ([0-9a-f]{8}))?$/.exec(header) ?? []
  if (chain === '') return null
  const isWellFormed = chain === ANY_CHAIN || /^0x[0-9a-f]{64}$/i.test(chain)
  return given === undefined ? (isWellFormed ? chain : null) : given === checksum(text) ? chain : null
}

/** Whether a header's chain is the one with this first block. Where that is not known, the chain's id has to do. */
export function isOf(genesis: string | undefined, chain: string | null): boolean {
  return chain !== null && (genesis === undefined || chain === genesis || chain === ANY_CHAIN)
}
