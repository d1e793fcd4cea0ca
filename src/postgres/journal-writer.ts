import { compactRecords, JournalError, LeaseLostError, type JournalRecord } from '../index.ts'
import { serverRefusal } from './check-server.ts'
import type { StoredRecord } from './journal-loads.ts'
import type { JournalStatements, Standing } from './journal-statements.ts'
import type { HeldLease } from './lease-statements.ts'
import type { PaymentChange } from './payment-changes.ts'
import { StatementError } from './statement-error.ts'
import { fromStored, toStored } from './stored-record.ts'

export type JournalWriterOptions = {
  lease: HeldLease & { holder: string }
  statements: JournalStatements
  /** Extends the lease where no other process has claimed it. */
  renew: () => Promise<boolean>
  /** Called once the database shows that this process must not go on. */
  onLost: (reason: Error) => void
  /** After how many records the journal is compacted. */
  compactAfter: number
}

/** A record as it is stored, and what it changes in what its wallet has paid. */
export type Entry = { json: string; change: PaymentChange | null }

/** Writes records at the places of a wallet's journal, one after the other, under the fence of its lease. */
export type JournalWriter = {
  load(): Promise<readonly JournalRecord[]>
  isLoaded(): boolean
  /**
   * Writes the record at the next place, or finds that it stands there. To be called again with the same record where the answer is lost.
   *
   * @throws LeaseLostError, JournalError, BudgetExhaustedError where it does not stand; StatementError where the database was not reached,
   *   or did not answer
   */
  write(entry: Entry): Promise<void>
  /** Compacts the journal once it is long enough. @throws StatementError */
  compactIfDue(): Promise<void>
}

/** An append that is not let in although the lease is as it should be was overtaken by its own renewal, or by a compaction. */
const MOST_TRIES = 5

export function createJournalWriter(options: JournalWriterOptions): JournalWriter {
  const { lease, statements, onLost, compactAfter } = options
  const { wallet, epoch, holder } = lease
  /** The last place that is taken; null before the journal is loaded. */
  let last: number | null = null
  /** The last place, if a compaction stands whose answer was lost. */
  let lastIfCompacted: number | null = null
  let sinceCompaction = 0

  return {
    async load() {
      const stored = await statements.load()
      const records = fromStored(stored, wallet)
      last = stored.at(-1)?.seq ?? 0
      sinceCompaction = stored.length
      return records
    },
    isLoaded: () => last !== null,
    write,
    async compactIfDue() {
      if (sinceCompaction < compactAfter || last === null) return
      sinceCompaction = 0
      const kept = compactRecords(fromStored(await statements.load(), wallet)).map(toStored)
      if (kept.length === 0) return
      lastIfCompacted = last + kept.length
      if (await statements.compact(last, kept)) last = lastIfCompacted
      lastIfCompacted = null
    },
  }

  async function write({ json, change }: Entry): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const record = { seq: (last ?? 0) + 1, json }
      if (!(await isAppended(record, change)) && !(await isStanding(record))) continue
      last = record.seq
      lastIfCompacted = null
      sinceCompaction += 1
      return
    }
    throw new JournalError('The database does not let a record into the journal.', { wallet }, { retryable: true })
  }

  async function isAppended(record: StoredRecord, change: PaymentChange | null): Promise<boolean> {
    try {
      return await statements.append(record, change)
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
    onLost(error)
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
    onLost(error)
    return error
  }
}
