import { anything, checkOptions, isText, isWhole, type Fields } from '../base/check-options.ts'
import { JournalError } from '../base/errors.ts'
import { safeLogger, type Logger } from '../base/logger.ts'
import { createSerialQueue } from '../base/serial.ts'
import { compactRecords } from './journal-compaction.ts'
import { openJournalDatabase, type JournalDatabase, type StoredRecord } from './journal-database.ts'
import { checkJournalOwner } from './journal-owner.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import type { JournalOwner } from './journals.types.ts'
import { lockFreed, lockTab, type TabLock } from './tab-lock.ts'

/** After how many records the journal is compacted. */
const COMPACT_AFTER = 2_000

export type IndexedDbJournalOptions = JournalOwner & {
  /** Hash of the chain's first block: it tells a local chain that was started anew from the one before it. */
  genesis?: string | undefined
  compactAfter?: number
  logger?: Logger
}

const fields: Fields<IndexedDbJournalOptions> = {
  chainId: anything,
  wallet: isText,
  genesis: isText,
  compactAfter: isWhole({ least: 1, most: 1_000_000 }),
  logger: anything,
}

/**
 * Keeps a wallet's journal in the IndexedDB of a page: what it has written survives a reload, and the end of the browser. One tab at a
 * time sends: a Web Lock goes to the next one once that tab is closed.
 *
 * `load` rejects with a LockedError while another tab has the lock, and with a JournalError where the browser keeps nothing, or has no
 * Web Locks (pages that were not loaded by https or from localhost). The broker then reads, and says so when it is to send.
 *
 * @param options.chainId of the wallet's chain
 * @param options.wallet the wallet's address
 * @example
 * const journal = indexedDbJournal({ chainId: 16661n, wallet: await signer.getAddress() })
 * const broker = await createBroker({ signer, journal })
 */
export function indexedDbJournal(options: IndexedDbJournalOptions): Journal {
  checkOptions('indexedDbJournal', options, fields)
  checkJournalOwner('indexedDbJournal', options)
  const { chainId, wallet, genesis = null, compactAfter = COMPACT_AFTER } = options
  const logger = safeLogger(options.logger)
  const name = `og-ledger ${chainId}-${wallet.toLowerCase()}`
  const inTurn = createSerialQueue()
  let lock: TabLock | null = null
  let database: JournalDatabase | null = null
  /** Records of this chain, and of others with the same id. */
  let records: JournalRecord[] = []
  let foreign: StoredRecord[] = []
  let appended = 0

  return {
    // Brokers of one page with this journal share their lane.
    place: name,
    load: () => inTurn(open),
    append: (record) => inTurn(() => write(record)),
    close: () => inTurn(close),
    refusal: () => database?.refusal() ?? null,
    freed: (signal) => lockFreed(name, signal),
  }

  async function open(): Promise<readonly JournalRecord[]> {
    lock = await lockTab(name)
    try {
      database = await openJournalDatabase(name)
      const all = await database.claim()
      records = all.filter(isOwn).map(({ record }) => record)
      foreign = all.filter((stored) => !isOwn(stored))
      if (foreign.length > 0)
        logger.warn({ journal: name }, 'records of a chain with another first block are put aside')
      await compact(database)
      return [...records]
    } catch (error) {
      await close()
      throw error
    }
  }

  async function close(): Promise<void> {
    database?.close()
    database = null
    await lock?.release()
    lock = null
  }

  async function write(record: JournalRecord): Promise<void> {
    if (!database) throw new JournalError('The journal is closed.', { journal: name })
    await database.add({ genesis, record })
    records.push(record)
    appended += 1
    if (appended < compactAfter) return
    // A journal that cannot be compacted still works.
    await compact(database).catch((error: unknown) => {
      appended = 0
      logger.warn({ err: error, journal: name }, 'the journal could not be compacted')
    })
  }

  async function compact(open: JournalDatabase): Promise<void> {
    const kept = compactRecords(records)
    await open.replace([...foreign, ...kept.map((record) => ({ genesis, record }))])
    records = kept
    appended = 0
  }

  /** Where a first block is not known, the chain's id has to do. */
  function isOwn(stored: StoredRecord): boolean {
    return genesis === null || stored.genesis === null || stored.genesis === genesis
  }
}
