import { createSerialQueue } from '../base/serial.ts'
import {
  AbortedError,
  compactRecords,
  JournalError,
  LeaseLostError,
  type JournalRecord,
  type LeasedJournal,
  type Logger,
} from '../index.ts'
import { serverRefusal } from './check-server.ts'
import type { Contact } from './contact.ts'
import type { JournalStatements, Standing, StoredRecord } from './journal-statements.ts'
import type { HeldLease } from './lease-statements.ts'
import { StatementError } from './statement-error.ts'
import { fromStored, toStored } from './stored-record.ts'

export type FencedJournalOptions = {
  lease: HeldLease & { holder: string }
  statements: JournalStatements
  contact: Contact
  /** Extends the lease where no other process has claimed it. */
  renew: () => Promise<boolean>
  /** Hands the lease back. */
  release: () => Promise<void>
  /** After how many records it is compacted. */
  compactAfter: number
  logger: Logger
}

/** A journal in the database, and the end of its lease. */
export type FencedJournal = LeasedJournal & {
  /** The lease is another process's, or its row says so. */
  lose(reason: Error): void
}

/** An append that is not let in although the lease is as it should be was overtaken by its own renewal, or by a compaction. */
const MOST_TRIES = 5

/**
 * One wallet's journal. Each append is one statement that the database lets in only while the lease holds, at the place after the last
 * one. An append whose answer is lost is tried again, with the same bytes at the same place, until the database says which it is.
 */
export function createFencedJournal(options: FencedJournalOptions): FencedJournal {
  const { lease, statements, contact, compactAfter, logger } = options
  const { wallet, chainId, epoch, holder } = lease
  const inTurn = createSerialQueue()
  const lost = new AbortController()
  const over = new AbortController()
  /** The last place that is taken; null before the journal is loaded. */
  let last: number | null = null
  /** The last place, if a compaction stands whose answer was lost. */
  let lastIfCompacted: number | null = null
  let sinceCompaction = 0
  let closing: Promise<void> | null = null

  return {
    chainId,
    wallet,
    epoch,
    holder,
    lost: lost.signal,
    refusal: () => reasonOf(lost.signal) ?? contact.outage(),
    load: () => inTurn(load),
    append: (record) => inTurn(() => append(record)),
    close: () => (closing ??= close()),
    lose,
  }

  function lose(reason: Error): void {
    if (lost.signal.aborted || over.signal.aborted) return
    logger.warn({ err: reason, wallet }, 'the lease of the wallet is lost; nothing more is sent for it')
    lost.abort(reason)
    over.abort()
  }

  async function load(): Promise<readonly JournalRecord[]> {
    throwIfOver()
    const stored = await answered(() => statements.load())
    const records = fromStored(stored, wallet)
    last = stored.at(-1)?.seq ?? 0
    sinceCompaction = stored.length
    return records
  }

  async function append(record: JournalRecord): Promise<void> {
    throwIfOver()
    const outage = contact.outage()
    if (outage) throw outage
    if (last === null) throw new JournalError('The journal is not loaded.', { wallet })
    const json = toStored(record)
    let isInDoubt = false
    for (;;)
      try {
        await settle(json)
        break
      } catch (error) {
        const reason = error instanceof StatementError ? contact.failed(error) : error
        isInDoubt ||= error instanceof StatementError && error.outcome === 'unanswered'
        if (!isInDoubt) throw reason
        // The heartbeat finds the database again.
        await contact.next(over.signal)
        if (over.signal.aborted) throw inDoubt(reason)
      }
    contact.succeeded()
    await compactIfDue()
  }

  /** Writes the record, or finds that it stands. */
  async function settle(json: string): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const record = { seq: (last ?? 0) + 1, json }
      if (!(await isAppended(record)) && !(await isStanding(record))) continue
      last = record.seq
      lastIfCompacted = null
      sinceCompaction += 1
      return
    }
    throw new JournalError('The database does not let a record into the journal.', { wallet }, { retryable: true })
  }

  async function isAppended(record: StoredRecord): Promise<boolean> {
    try {
      return await statements.append(record)
    } catch (error) {
      // The place is taken, maybe by this record.
      if (error instanceof StatementError && error.code === '23505') return false
      throw error
    }
  }

  /** Whether the record stands after all. Where it does not, and another try may let it in, false. */
  async function isStanding(record: StoredRecord): Promise<boolean> {
    const standing = await statements.standing(record)
    if (standing.isRecorded) return true
    const { lease: found, last: taken, server } = standing
    if (found?.epoch !== epoch || found.holder !== holder) throw lostTo(standing)
    const refusal = serverRefusal(server)
    if (refusal) throw refusal
    if (taken === lastIfCompacted) {
      last = taken
      lastIfCompacted = null
    } else if (taken !== last) throw rewritten(taken)
    if (!found.isLive && !(await options.renew())) throw lostTo(await statements.standing(record))
    return false
  }

  function lostTo({ lease: found }: Standing): LeaseLostError {
    const error = new LeaseLostError({
      wallet,
      epoch: String(epoch),
      holder: found?.holder ?? undefined,
      until: found?.until ?? undefined,
    })
    lose(error)
    return error
  }

  /** A failover to a standby that was behind, a restored backup, or a hand in the table. */
  function rewritten(taken: number): JournalError {
    const error = new JournalError('The journal in the database is not the one that this process wrote.', {
      wallet,
      expected: `the last record at ${last}`,
      found: `at ${taken}`,
      do: 'close this broker and open it again: what the journal has lost holds all that pays until the chain shows its outcome',
    })
    lose(error)
    return error
  }

  /** The database may have the record, and then the next process that claims the wallet sends it: the caller must not take it for unsent. */
  function inDoubt(reason: unknown): AbortedError {
    return new AbortedError(
      'The database did not say whether the intent is recorded.',
      { wallet, do: 'the next broker of this wallet sends it if it is; look at its transactions before you try again' },
      { cause: reason },
    )
  }

  /** A journal that cannot be compacted still works. */
  async function compactIfDue(): Promise<void> {
    if (sinceCompaction < compactAfter || last === null) return
    sinceCompaction = 0
    try {
      const kept = compactRecords(fromStored(await statements.load(), wallet)).map(toStored)
      if (kept.length === 0) return
      lastIfCompacted = last + kept.length
      if (await statements.compact(last, kept)) last = lastIfCompacted
      lastIfCompacted = null
    } catch (error) {
      logger.warn({ err: error instanceof StatementError ? contact.failed(error) : error, wallet }, NOT_COMPACTED)
    }
  }

  async function close(): Promise<void> {
    over.abort()
    await inTurn(() => (lost.signal.aborted ? Promise.resolve() : options.release()))
  }

  function throwIfOver(): void {
    const reason = reasonOf(lost.signal)
    if (reason) throw reason
    if (over.signal.aborted) throw new JournalError('The journal is closed.', { wallet })
  }

  async function answered<T>(statement: () => Promise<T>): Promise<T> {
    try {
      const answer = await statement()
      contact.succeeded()
      return answer
    } catch (error) {
      throw contact.failed(error)
    }
  }
}

const NOT_COMPACTED = 'the journal could not be compacted'

function reasonOf({ aborted, reason }: AbortSignal): Error | null {
  if (!aborted) return null
  return reason instanceof Error ? reason : new Error(String(reason))
}
