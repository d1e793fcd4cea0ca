import { JournalError } from '../base/errors.ts'
import {
  storageFactory,
  type ObjectStore,
  type OpenRequest,
  type StorageDatabase,
  type StorageRequest,
  type StorageTransaction,
} from './browser-storage.ts'
import type { JournalRecord } from './journal.types.ts'

/** A record with the first block of its chain; null where the node had dropped that block. */
export type StoredRecord = { genesis: string | null; record: JournalRecord }

/** The records of one wallet on one chain id in IndexedDB, as one writer uses them. */
export type JournalDatabase = {
  /** What is stored, oldest first, with this writer as the only one from now on. */
  claim(): Promise<StoredRecord[]>
  /** Resolves once the record is on the disk. @throws JournalError where another writer came after this one */
  add(stored: StoredRecord): Promise<void>
  /** Puts these records in the place of all, at once. @throws JournalError as above */
  replace(all: readonly StoredRecord[]): Promise<void>
  /** Why nothing can be added any more; null while that is possible. */
  refusal(): Error | null
  close(): void
}

const VERSION = 1
const RECORDS = 'records'
const WRITER = 'writer'

/** @throws JournalError for a page without IndexedDB, and where it cannot be opened */
export async function openJournalDatabase(name: string): Promise<JournalDatabase> {
  const database = await openDatabase(name)
  /** The fence: a writer whose lock was lost, as in a page that was frozen, finds the name of the next one here. */
  const writer = crypto.randomUUID()
  let lost: JournalError | null = null
  const lose = (sentence: string) => {
    lost ??= new JournalError(sentence, { journal: name, do: 'reload the page' })
    database.close()
  }
  database.addEventListener('versionchange', () => lose('Another tab deletes the journal, or has a newer og-ledger.'))
  database.addEventListener('close', () =>
    lose('The browser closed the journal, as when the data of the site is cleared.'),
  )

  return {
    async claim() {
      let found: unknown[] = []
      await write(async (records, meta) => {
        meta.put(writer, WRITER)
        found = await resultOf(records.getAll())
      })
      return found as StoredRecord[]
    },
    add: (stored) => writeFenced((records) => void records.add(stored)),
    replace: (all) =>
      writeFenced((records) => {
        records.clear()
        for (const stored of all) records.add(stored)
      }),
    refusal: () => lost,
    close: () => database.close(),
  }

  function writeFenced(work: (records: ObjectStore) => void): Promise<void> {
    return write(async (records, meta) => {
      if ((await resultOf(meta.get(WRITER))) !== writer)
        throw new JournalError('Another tab has written to the journal since.', {
          journal: name,
          do: 'reload the page',
        })
      work(records)
    })
  }

  /** One transaction, which is on the disk once this resolves, or leaves nothing. */
  async function write(work: (records: ObjectStore, meta: ObjectStore) => Promise<void>): Promise<void> {
    if (lost) throw lost
    const transaction = database.transaction([RECORDS, WRITER], 'readwrite', { durability: 'strict' })
    const ended = endOf(transaction, name)
    try {
      await work(transaction.objectStore(RECORDS), transaction.objectStore(WRITER))
    } catch (error) {
      ended.catch(() => undefined)
      abort(transaction)
      throw error
    }
    await ended
  }
}

function openDatabase(name: string): Promise<StorageDatabase> {
  const factory = storageFactory()
  if (!factory) throw new JournalError('This page has no IndexedDB.', { do: 'pass a journal to createBroker' })
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown) => reject(unusable(name, reason))
    let request: OpenRequest
    try {
      request = factory.open(name, VERSION)
    } catch (error) {
      return fail(error)
    }
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore(RECORDS, { autoIncrement: true })
      request.result.createObjectStore(WRITER)
    })
    // It would wait for the other tab without an end.
    request.addEventListener('blocked', () => fail('another tab has an older og-ledger open'))
    request.addEventListener('error', () => fail(request.error))
    request.addEventListener('success', () => resolve(request.result))
  })
}

function resultOf<Result>(request: StorageRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}

function endOf(transaction: StorageTransaction, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(unusable(name, transaction.error)))
  })
}

/** A transaction that the browser has aborted already throws. */
function abort(transaction: StorageTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It leaves nothing either way.
  }
}

function unusable(name: string, reason: unknown): JournalError {
  return new JournalError(
    'The browser does not keep the journal of transactions in flight.',
    { journal: name, reason: String(reason), do: 'let this site store data, or pass a journal to createBroker' },
    { cause: reason },
  )
}
