import * as nodeFiles from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { JournalError } from '../base/errors.ts'
import { silent, type Logger } from '../base/logger.ts'
import { createSerialQueue } from '../base/serial.ts'
import { closingIn, isClosing } from './journal-fold.ts'
import { foldRecords, isClaim, openClaims } from './journal-fold.ts'
import { isCounted, paymentOf } from './payments.ts'
import type { Journal, JournalEntry, JournalRecord } from './journal.types.ts'
import { placeError, prepareJournalPlace } from './journal-place.ts'
import { lockFile, type ProcessLock } from './process-lock.ts'
import { decodeRecord, encodeRecord } from './record-codec.ts'

/** How many intents with a known outcome are kept, for nonces, budgets and people. */
const KEPT = 200
/** How many records may pile up before the file is written anew. */
const COMPACT_AFTER = 2_000

export type FileJournalOptions = {
  /** What tells this chain from another with the same id (a local chain that was started anew): its first block. */
  genesis?: string | undefined
  compactAfter?: number
  logger?: Logger
  files?: Pick<typeof nodeFiles, 'mkdir' | 'open' | 'readFile' | 'rename' | 'rm' | 'stat'>
}

/**
 * Keeps intents in a file: one checksummed line per record, on disk before `append` resolves. One process at a time.
 *
 * @throws LockedError while another process uses it, JournalError for a file that is damaged other than at its end
 */
export function fileJournal(path: string, options: FileJournalOptions = {}): Journal {
  const { genesis, compactAfter = COMPACT_AFTER, logger = silent, files = nodeFiles } = options
  const file = resolve(path)
  let lock: ProcessLock | null = null
  let handle: nodeFiles.FileHandle | null = null
  let size = 0
  let appended = 0
  let broken: Error | null = null
  const inTurn = createSerialQueue()

  return {
    load: () => inTurn(open),
    append: (record) => inTurn(() => write(record)),
    close: () =>
      inTurn(async () => {
        try {
          await handle?.close()
        } finally {
          handle = null
          await lock?.release()
          lock = null
        }
      }),
  }

  async function open(): Promise<JournalRecord[]> {
    await prepareJournalPlace(file, files)
    lock = await lockFile(file)
    try {
      let records = parse(await textOf(file, files))
      if (records === null) {
        await files.rename(file, `${file}.${Date.now()}.old`)
        records = []
      }
      const kept = compacted(records)
      await rewrite(kept)
      return kept
    } catch (error) {
      await lock.release()
      lock = null
      throw error
    }
  }

  /** @returns null for the journal of a chain that is gone */
  function parse(text: string): JournalRecord[] | null {
    const [header, ...body] = text.split('\n')
    if (!header) return []
    if (!isOf(genesis, header)) {
      logger.warn({ journal: file }, 'the journal belongs to a chain with another first block; it was put aside')
      return null
    }
    const records: JournalRecord[] = []
    for (const [index, line] of body.entries()) {
      const record = decodeRecord(line)
      if (record) records.push(record)
      else if (body.slice(index + 1).some((later) => decodeRecord(later) !== null))
        throw new JournalError('The journal of transactions in flight is damaged.', {
          journal: file,
          line: String(index + 2),
          do: 'check the wallet for transactions that are not mined yet, then move the file away',
        })
      else if (line !== '')
        logger.warn({ journal: file, line: index + 2 }, 'the last record was torn; it was never sent')
    }
    return records
  }

  async function write(record: JournalRecord): Promise<void> {
    if (broken) throw broken
    if (!handle) throw new JournalError('The journal is closed.', { journal: file })
    const line = Buffer.from(encodeRecord(record))
    await checkOwn(handle)
    try {
      await writeFully(handle, line)
      await handle.datasync()
    } catch (error) {
      await undo(handle, error)
      throw error
    }
    size += line.length
    appended += 1
    if (appended >= compactAfter) await compact()
  }

  /** What is written must be what the next process reads: in this file, at this place, after our own last record. */
  async function checkOwn(open: nodeFiles.FileHandle): Promise<void> {
    const [held, named] = await Promise.all([open.stat(), ifThere(() => files.stat(file))])
    if (named?.ino !== held.ino)
      throw (broken = new JournalError('The journal was moved away or replaced.', {
        journal: file,
        do: 'stop whoever did that; a new broker takes up what the file in its place holds',
      }))
    if (held.size !== size)
      throw (broken = new JournalError('Somebody else writes to the journal.', {
        journal: file,
        do: 'stop the other process: two senders would take the same nonces',
      }))
  }

  /** Half a record must not stand before the next one, and a whole one that was refused must not come back. */
  async function undo(open: nodeFiles.FileHandle, error: unknown): Promise<void> {
    try {
      await open.truncate(size)
      await open.datasync()
    } catch {
      broken = error instanceof Error ? error : new Error(String(error))
    }
  }

  /** A journal that cannot be shortened still works. */
  async function compact(): Promise<void> {
    try {
      await rewrite(compacted(parse(await files.readFile(file, 'utf8')) ?? []))
    } catch (error) {
      appended = 0
      logger.warn({ err: error, journal: file }, 'the journal could not be compacted')
    }
  }

  /** Writes a new file beside the old one and puts it in its place at once. */
  async function rewrite(records: readonly JournalRecord[]): Promise<void> {
    const bytes = Buffer.from(`${headerOf(genesis)}\n${records.map(encodeRecord).join('')}`)
    await files.rm(`${file}.new`, { force: true })
    const fresh = await files.open(`${file}.new`, 'a', 0o600)
    try {
      await writeFully(fresh, bytes)
      await fresh.sync()
      await files.rename(`${file}.new`, file)
    } catch (error) {
      await fresh.close()
      throw error
    }
    // From here on the old file is gone: nothing that fails may leave us writing to it.
    const old = handle
    handle = fresh
    size = bytes.length
    appended = 0
    await syncFolder()
    await old?.close()
  }

  async function syncFolder(): Promise<void> {
    try {
      const folder = await files.open(dirname(file), 'r')
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    } catch {
      // Some systems do not open folders; there the rename is as durable as it gets.
    }
  }
}

function headerOf(genesis: string | undefined): string {
  return `og-ledger journal 1 ${genesis ?? 'any'}`
}

/** @returns null where there is no such file */
async function ifThere<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** @throws JournalError for a file that this user may not read, and for what is no file */
async function textOf(file: string, files: Pick<typeof nodeFiles, 'readFile'>): Promise<string> {
  try {
    return (await ifThere(() => files.readFile(file, 'utf8'))) ?? ''
  } catch (error) {
    throw placeError('The journal of transactions in flight cannot be read.', { journal: file }, error)
  }
}

async function writeFully(handle: nodeFiles.FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten
}

/** All that is open with its steps, the latest of the rest, what budgets count of that, and what is still intended. */
function compacted(records: readonly JournalRecord[]): JournalRecord[] {
  const entries = foldRecords(records)
  const claims = new Set(openClaims(records).map(({ id }) => id))
  const closing = closingIn(records)
  // Whether a closing or a claim is over is known by its steps alone.
  const isStep = ({ intent }: JournalEntry['prepared']) =>
    claims.has(intent.claim ?? '') || (closing !== null && intent.closing === closing.id)
  const over = entries.filter(({ outcome, prepared }) => outcome !== null && !isStep(prepared))
  const dropped = over.slice(0, Math.max(0, over.length - KEPT))
  const ids = new Set(dropped.map(idOf))
  const paid = [
    ...records.filter((record) => record.type === 'paid'),
    ...dropped.flatMap(({ prepared: { id, intent }, outcome }): Extract<JournalRecord, { type: 'paid' }>[] => {
      const payment = paymentOf(intent, outcome)
      return payment ? [{ type: 'paid', id, ...payment }] : []
    }),
  ]
  const isKept = (record: JournalRecord) => {
    if (isClosing(record)) return record.id === closing?.id
    if (isClaim(record)) return claims.has(record.id)
    return record.type !== 'paid' && !ids.has(record.id)
  }
  const newest = paid.reduce((latest, { at }) => Math.max(latest, at), 0)
  return [...paid.filter((one) => isCounted(one, newest)), ...records.filter(isKept)]
}

const idOf = ({ prepared }: JournalEntry): string => prepared.id

/**
 * The records of a journal that another process may be writing to: what is not whole yet is left out. None of a chain with
 * another first block.
 */
export async function readRecords(path: string, genesis?: string): Promise<JournalRecord[]> {
  const text = await textOf(resolve(path), nodeFiles)
  const [header = '', ...lines] = text.split('\n')
  return isOf(genesis, header) ? lines.flatMap((line) => decodeRecord(line) ?? []) : []
}

/** Where a chain's first block is not known, its id has to do. */
function isOf(genesis: string | undefined, header: string): boolean {
  return genesis === undefined || header === headerOf(genesis) || header === headerOf(undefined)
}
