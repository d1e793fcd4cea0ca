import { AbortedError, LockedError } from '../base/errors.ts'
import { NotRecordedError, NotSentError } from '../base/not-sent-errors.ts'
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
  /** Appends a record that must be on disk before anything is sent. @throws NotRecordedError where that fails */
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
  let opening: Promise<void> | null = null
  let refusal: Error | null = null
  let closed = false
  let loaded = false
  /** The end of work that could not be written: without it the next process would go on with that work. */
  let owed: JournalRecord | null = null
  let settling: Promise<void> | null = null
  const ended = new AbortController()
  let isWaiting = false

  return {
    open,
    isLoaded: () => loaded,
    refusal: () => refusal ?? outage(),
    outage,
    lastingRefusal: () => refusal ?? lasting(outage()),
    throwIfRefused() {
      const reason = outage()
      if (reason) throw recordingError(reason)
    },
    async ready() {
      await open()
      throwIfClosed()
    },
    throwIfClosed,
    isClosed: () => closed,
    append: (record) => journal.append(record),
    async record(record) {
      try {
        await settle()
        await journal.append(record)
      } catch (error) {
        throw recordingError(error)
      }
    },
    owe(record) {
      owed = record
      return settle()
    },
    settle,
    async close() {
      closed = true
      ended.abort()
      await journal.close()
    },
  }

  function open(): Promise<void> {
    // A journal that is opened after the end would never be closed.
    if (closed) return Promise.reject(afterClose())
    opening ??= load().catch((error: unknown) => {
      opening = null
      if (error instanceof LockedError) void openWhenFreed()
      throw (refusal = error instanceof Error ? error : new Error(String(error)))
    })
    return opening
  }

  /** Takes the journal over once the broker that has it is closed. */
  async function openWhenFreed(): Promise<void> {
    if (!journal.freed || isWaiting) return
    isWaiting = true
    try {
      await journal.freed(ended.signal)
      isWaiting = false
      await open()
    } catch {
      // The next call that sends tries again, and says why it cannot.
      isWaiting = false
    }
  }

  async function load(): Promise<void> {
    const records = await journal.load()
    refusal = null
    restore(records)
    loaded = true
  }

  function settle(): Promise<void> {
    return (settling ??= writeOwed().finally(() => (settling = null)))
  }

  async function writeOwed(): Promise<void> {
    if (!owed) return
    await journal.append(owed)
    owed = null
  }

  function outage(): Error | null {
    return journal.refusal?.() ?? null
  }

  function throwIfClosed(): void {
    if (closed) throw afterClose()
  }
}

/** A journal that was loaded takes records again after an error that is retryable. */
function lasting(reason: Error | null): Error | null {
  return reason instanceof OgLedgerError && reason.retryable ? null : reason
}

/** Errors that say themselves why nothing was sent stay as they are. */
function recordingError(error: unknown): Error {
  return error instanceof NotSentError || error instanceof AbortedError ? error : new NotRecordedError(error)
}

const afterClose = (): AbortedError => new AbortedError('The broker is closed; nothing was sent.')
