import * as nodeFiles from 'node:fs/promises'
import { resolve } from 'node:path'
import { JournalError } from '../base/errors.ts'
import { silent, type Logger } from '../base/logger.ts'
import { createSerialQueue } from '../base/serial.ts'
import { compactRecords } from './journal-compaction.ts'
import { ifThere, replaceJournalFile, syncFolderOf, type Files, type JournalFile } from './journal-file.ts'
import { placeError, prepareJournalPlace } from './journal-place.ts'
import { decodeForeignJournal, decodeJournal, encodeJournal } from './journal-text.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import { lockFile, type ProcessLock } from './process-lock.ts'
import { encodeRecord } from './record-codec.ts'

/** After how many records the file is compacted. */
const COMPACT_AFTER = 2_000

export type FileJournalOptions = {
  /** Hash of the chain's first block: it tells a local chain that was started anew from the one before it. */
  genesis?: string | undefined
  compactAfter?: number
  logger?: Logger
  files?: Files
}

/**
 * Keeps intents in a file: one checksummed line per record, on disk before `append` resolves. One process at a time.
 *
 * @throws LockedError while another process uses it, JournalError for a file that is damaged other than at its end
 */
export function fileJournal(path: string, options: FileJournalOptions = {}): Journal {
  const { genesis, compactAfter = COMPACT_AFTER, logger = silent, files = nodeFiles } = options
  const journal = resolve(path)
  const inTurn = createSerialQueue()
  let lock: ProcessLock | null = null
  let file: JournalFile | null = null
  let appended = 0

  return {
    load: () => inTurn(open),
    append: (record) => inTurn(() => write(record)),
    close: () =>
      inTurn(async () => {
        try {
          await file?.close()
        } finally {
          file = null
          await lock?.release()
          lock = null
        }
      }),
  }

  async function open(): Promise<JournalRecord[]> {
    await prepareJournalPlace(journal, files)
    lock = await lockFile(journal)
    try {
      const records = decode(await textOf(journal, files))
      if (records === null) await files.rename(journal, `${journal}.${Date.now()}.old`)
      const kept = compactRecords(records ?? [])
      await rewrite(kept)
      return kept
    } catch (error) {
      await lock.release()
      lock = null
      throw error
    }
  }

  async function write(record: JournalRecord): Promise<void> {
    if (!file) throw new JournalError('The journal is closed.', { journal })
    await file.append(Buffer.from(encodeRecord(record)))
    appended += 1
    if (appended >= compactAfter) await compact()
  }

  /** A journal that cannot be compacted still works. */
  async function compact(): Promise<void> {
    try {
      await rewrite(compactRecords(decode(await files.readFile(journal, 'utf8')) ?? []))
    } catch (error) {
      appended = 0
      logger.warn({ err: error, journal }, 'the journal could not be compacted')
    }
  }

  async function rewrite(records: readonly JournalRecord[]): Promise<void> {
    const old = file
    // Once the old file is replaced, no failure may leave us writing to it.
    file = await replaceJournalFile(journal, Buffer.from(encodeJournal(records, genesis)), files)
    appended = 0
    await syncFolderOf(journal, files)
    await old?.close()
  }

  function decode(text: string): JournalRecord[] | null {
    return decodeJournal(text, { genesis, journal, logger })
  }
}

/**
 * The records of a journal that another process may be writing.
 *
 * @param genesis hash of the chain's first block: the journal of a chain with another one has no records
 */
export async function readRecords(path: string, genesis?: string): Promise<JournalRecord[]> {
  return decodeForeignJournal(await textOf(resolve(path), nodeFiles), genesis)
}

/** @throws JournalError for a file that this user may not read, and for what is no file */
async function textOf(path: string, files: Pick<Files, 'readFile'>): Promise<string> {
  try {
    return (await ifThere(() => files.readFile(path, 'utf8'))) ?? ''
  } catch (error) {
    throw placeError('The journal of transactions in flight cannot be read.', { journal: path }, error)
  }
}
