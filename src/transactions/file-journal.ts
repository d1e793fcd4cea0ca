import * as nodeFiles from 'node:fs/promises'
import { resolve } from 'node:path'
import { JournalError } from '../base/errors.ts'
import { safeLogger, type Logger } from '../base/logger.ts'
import { createSerialQueue } from '../base/serial.ts'
import { compactRecords } from './journal-compaction.ts'
import { checkIsFile, ifThere, replaceJournalFile, type Files, type JournalFile } from './journal-file.ts'
import { placeError, prepareJournalPlace } from './journal-place.ts'
import { decodeForeignJournal, decodeJournal, encodeJournal } from './journal-text.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import type { ProcessLock } from '../locks/process-lock.ts'
import { lockJournal } from './journal-lock.ts'
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
  const { genesis, compactAfter = COMPACT_AFTER, files = nodeFiles } = options
  const logger = safeLogger(options.logger)
  const inTurn = createSerialQueue()
  let journal = resolve(path)
  let lock: ProcessLock | null = null
  let file: JournalFile | null = null
  /** What the file holds: a disk that failed may give back less. */
  let records: JournalRecord[] = []
  let appended = 0

  return {
    place: journal,
    load: () => inTurn(open),
    append: (record) => inTurn(() => write(record)),
    // The whole journal beside the old one proves room, rights and a disk that syncs.
    check: () => inTurn(check),
    close: () => inTurn(close),
  }

  async function open(): Promise<readonly JournalRecord[]> {
    journal = await prepareJournalPlace(resolve(path), files)
    lock = await lockJournal(journal)
    try {
      const found = decodeJournal(await textOf(journal, files), { genesis, journal, logger })
      if (found === null) await files.rename(journal, `${journal}.${Date.now()}.old`)
      records = found ?? []
      await rewrite()
      return [...records]
    } catch (error) {
      await close()
      throw error
    }
  }

  async function close(): Promise<void> {
    try {
      await file?.close()
    } finally {
      file = null
      await lock?.release()
      lock = null
    }
  }

  async function write(record: JournalRecord): Promise<void> {
    if (!file) throw new JournalError('The journal is closed.', { journal })
    if (file.doubt()) await renew()
    const bytes = Buffer.from(encodeRecord(record))
    try {
      await file.append(bytes)
    } catch (error) {
      if (!file.doubt()) throw error
      logger.warn(
        { err: error, journal },
        'the journal could not be synced; it is written anew before anything is sent',
      )
      await renew()
      await file.append(bytes)
    }
    records.push(record)
    appended += 1
    if (appended >= compactAfter) await compact()
  }

  async function check(): Promise<void> {
    if (!file) throw new JournalError('The journal is closed.', { journal })
    await rewrite()
  }

  /** Writes the whole journal to a new file: after a failed sync it is not known what the old one holds. */
  async function renew(): Promise<void> {
    await rewrite()
    logger.info({ journal }, 'the journal is written anew, and on the disk')
  }

  /** A journal that cannot be compacted still works. */
  async function compact(): Promise<void> {
    try {
      await rewrite()
    } catch (error) {
      appended = 0
      logger.warn({ err: error, journal }, 'the journal could not be compacted')
    }
  }

  /** Where it rejects, the old file is in place, or a new one that is in doubt. */
  async function rewrite(): Promise<void> {
    const kept = compactRecords(records)
    const bytes = Buffer.from(encodeJournal(kept, genesis))
    const old = file
    // Once the old file is replaced, no failure may leave us writing to it.
    file = await (old ? old.replace(bytes) : replaceJournalFile(journal, bytes, files))
    await old?.close().catch(() => undefined)
    const doubt = file.doubt()
    if (doubt) throw doubt
    records = kept
    appended = 0
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

/** @throws JournalError for a file that this user may not read, and for what is no file: a pipe would never end */
async function textOf(path: string, files: Pick<Files, 'readFile' | 'stat'>): Promise<string> {
  try {
    await checkIsFile(path, files.stat)
    return (await ifThere(() => files.readFile(path, 'utf8'))) ?? ''
  } catch (error) {
    if (error instanceof JournalError) throw error
    throw placeError('The journal of transactions in flight cannot be read.', { journal: path }, error)
  }
}
