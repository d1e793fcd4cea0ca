import { AbortedError, NotSentError } from '../base/errors.ts'
import { BudgetExhaustedError, LockedError } from '../base/sending-errors.ts'
import { NotRecordedError } from '../base/not-sent-errors.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import type { Journal, JournalRecord } from './journal.types.ts'

/** The journal as one lane uses it: opened once, written until the lane closes. */
export type JournalSession = {
  /** Loads and restores the journal. Where it cannot be had, the next call tries again. */
  open(): Promise<void>
  /** Whether its records are known. */
  isLoaded(): boolean
  /** Why nothing can be sent; null while everything can. */
  refusal(): Error | null
  /** The same but for an outage that passes: work may begin in it, and is sent once it is over. */
  lastingRefusal(): Error | null
  /** Why a journal that was loaded takes no records for now. */
  outage(): Error | null
  /** Refuses before anything is asked of node or signer. @throws NotRecordedError, LeaseLostError while nothing can be appended */
  throwIfRefused(): void
  /** Resolves once records may be appended. @throws AbortedError after the end */
  ready(): Promise<void>
  /** @throws AbortedError after the end */
  throwIfClosed(): void
  isClosed(): boolean
  /** Appends a record: it is on disk once this resolves. */
  append(record: JournalRecord): Promise<void>
  /**
   * Appends a record that must be on disk before anything is sent.
   *
   * @throws NotRecordedError where that fails, BudgetExhaustedError where a budget that the journal keeps does not allow it
   */
  record(record: JournalRecord): Promise<void>
  /** Appends the end of work that is over. Where that fails, the session writes it before the next `record`. */
  owe(record: JournalRecord): Promise<void>
  /** Writes what is owed. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** @param restore called with every record when the journal is opened */
export function createJournalSession(
  journal: Journal,
  restore: (records: readonly JournalRecord[]) => void,
): JournalSession {
  return new OpenedJournal(journal, restore)
}

class OpenedJournal implements JournalSession {
  readonly #journal: Journal
  readonly #restore: (records: readonly JournalRecord[]) => void
  #opening: Promise<void> | null = null
  #refusal: Error | null = null
  #isClosed = false
  #isLoaded = false
  /** The end of work that could not be written: without it the next process would go on with that work. */
  #owed: JournalRecord | null = null
  #settling: Promise<void> | null = null
  /** Ends the wait for a journal that another broker has; null while there is no such wait. */
  #waiting: AbortController | null = null

  constructor(journal: Journal, restore: (records: readonly JournalRecord[]) => void) {
    this.#journal = journal
    this.#restore = restore
  }

  open(): Promise<void> {
    // A journal that is opened after the end would never be closed.
    if (this.#isClosed) return Promise.reject(afterClose())
    this.#opening ??= this.#load().catch((error: unknown) => {
      this.#opening = null
      if (error instanceof LockedError) void this.#openWhenFreed()
      throw (this.#refusal = error instanceof Error ? error : new Error(String(error)))
    })
    return this.#opening
  }

  isLoaded(): boolean {
    return this.#isLoaded
  }

  refusal(): Error | null {
    return this.#refusal ?? this.outage()
  }

  lastingRefusal(): Error | null {
    return this.#refusal ?? lasting(this.outage())
  }

  outage(): Error | null {
    return this.#journal.refusal?.() ?? null
  }

  throwIfRefused(): void {
    const reason = this.outage()
    if (reason) throw recordingError(reason)
  }

  async ready(): Promise<void> {
    await this.open()
    this.throwIfClosed()
  }

  throwIfClosed(): void {
    if (this.#isClosed) throw afterClose()
  }

  isClosed(): boolean {
    return this.#isClosed
  }

  append(record: JournalRecord): Promise<void> {
    return this.#journal.append(record)
  }

  async record(record: JournalRecord): Promise<void> {
    try {
      await this.settle()
      await this.append(record)
    } catch (error) {
      throw recordingError(error)
    }
  }

  owe(record: JournalRecord): Promise<void> {
    this.#owed = record
    return this.settle()
  }

  settle(): Promise<void> {
    return (this.#settling ??= this.#writeOwed().finally(() => (this.#settling = null)))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiting?.abort()
    await this.#journal.close()
  }

  /** Takes the journal over once the broker that has it is closed. */
  async #openWhenFreed(): Promise<void> {
    if (!this.#journal.freed || this.#waiting || this.#isClosed) return
    const waiting = new AbortController()
    this.#waiting = waiting
    try {
      await this.#journal.freed(waiting.signal)
      this.#waiting = null
      await this.open()
    } catch {
      // The next call that sends tries again, and says why it cannot.
      this.#waiting = null
    }
  }

  async #load(): Promise<void> {
    const records = await this.#journal.load()
    this.#refusal = null
    this.#restore(records)
    this.#isLoaded = true
  }

  async #writeOwed(): Promise<void> {
    if (!this.#owed) return
    await this.append(this.#owed)
    this.#owed = null
  }
}

/** A journal that was loaded takes records again after an error that is retryable. */
function lasting(reason: Error | null): Error | null {
  return reason instanceof OgLedgerError && reason.retryable ? null : reason
}

/** Errors that say themselves why nothing was sent stay as they are. */
function recordingError(error: unknown): Error {
  if (error instanceof NotSentError || error instanceof AbortedError || error instanceof BudgetExhaustedError)
    return error
  return new NotRecordedError(error)
}

const afterClose = (): AbortedError => new AbortedError('The broker is closed; nothing was sent.')
