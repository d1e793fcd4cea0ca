import { JournalError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { JournalRecord } from './journal.types.ts'
import { decodeRecord, encodeRecord } from './record-codec.ts'

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
 * Reads a journal that no other process writes. A torn last line is left out: its transaction was never sent.
 *
 * @returns null for the journal of another chain with the same id
 * @throws JournalError where a line before the last record is damaged
 */
export function decodeJournal(text: string, { genesis, journal, logger }: DecodeOptions): JournalRecord[] | null {
  const [header, ...lines] = text.split('\n')
  if (!header) return []
  if (!isOf(genesis, header)) {
    logger.warn({ journal }, 'the journal belongs to a chain with another first block; it was put aside')
    return null
  }
  const records: JournalRecord[] = []
  for (const [index, line] of lines.entries()) {
    const record = decodeRecord(line)
    if (record) records.push(record)
    else if (lines.slice(index + 1).some((later) => decodeRecord(later) !== null))
      throw new JournalError('The journal of transactions in flight is damaged.', {
        journal,
        line: String(index + 2),
        do: 'check the wallet for transactions that are not mined yet, then move the file away',
      })
    else if (line !== '')
      logger.warn({ journal, line: index + 2 }, 'the last record was torn; its transaction was never sent')
  }
  return records
}

/** Reads a journal that another process may be writing: incomplete lines are left out, and so is another chain's journal. */
export function decodeForeignJournal(text: string, genesis: string | undefined): JournalRecord[] {
  const [header = '', ...lines] = text.split('\n')
  return isOf(genesis, header) ? lines.flatMap((line) => decodeRecord(line) ?? []) : []
}

function headerOf(genesis: string | undefined): string {
  return `og-ledger journal 1 ${genesis ?? 'any'}`
}

/** Where a chain's first block is not known, its id has to do. */
function isOf(genesis: string | undefined, header: string): boolean {
  return genesis === undefined || header === headerOf(genesis) || header === headerOf(undefined)
}
