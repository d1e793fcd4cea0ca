import { intentionIn } from './journal-fold.ts'
import type { ClosingIntention, ClosingOutcome, IntentionRecord, Journal, JournalRecord } from './journal.types.ts'

/**
 * What is kept in a journal beside transactions: whether somebody wants the ledger closed.
 *
 * @param ready resolves once the journal is open, and rejects where nothing may be written to it
 */
export function createClosingRequest(journal: Pick<Journal, 'append'>, ready: () => Promise<void>) {
  let current: ClosingIntention | null = null
  let beginning: Promise<void> | null = null
  /** An end that could not be written: where nothing else says that it is over, the next process would go on. */
  let owed: IntentionRecord | null = null
  let settling: Promise<void> | null = null

  return {
    current: (): ClosingIntention | null => current,
    settle,
    restore(records: readonly JournalRecord[]): void {
      current = intentionIn(records)
    },
    /** Holds from when it is on disk; asked for twice at once, it is one. */
    begin(at: number): Promise<void> {
      return (beginning ??= begin(at).finally(() => (beginning = null)))
    },
    /** A closing is cancelled once that is on disk; what the chain shows is over even where it cannot be written. */
    async end(outcome: ClosingOutcome): Promise<void> {
      if (!current) return
      const record: IntentionRecord = { type: 'closing-ended', id: current.id, outcome }
      if (outcome === 'cancelled') {
        await journal.append(record)
        current = null
      } else {
        current = null
        owed = record
        await settle()
      }
    },
  }

  /** Writes an end that could not be written before. To be called before anything is sent. */
  function settle(): Promise<void> {
    return (settling ??= writeOwed().finally(() => (settling = null)))
  }

  async function writeOwed(): Promise<void> {
    if (!owed) return
    await journal.append(owed)
    owed = null
  }

  async function begin(at: number): Promise<void> {
    await ready()
    await settle()
    const id = `closing-${at.toString(36)}`
    await journal.append({ type: 'closing', id, at })
    current = { id, since: at }
  }
}
