import type { Intent } from './intent.ts'
import { closingIn } from './journal-fold.ts'
import type { JournalSession } from './journal-session.ts'
import type { ClosingIntention, ClosingOutcome, IntentionRecord, JournalRecord } from './journal.types.ts'

/** The user's request to close the ledger, kept in the journal: it outlives the process that took it. */
export type ClosingRequest = {
  /** The open request; null where there is none, or the journal is not open yet. */
  current(): ClosingIntention | null
  /** Its end is being recorded: no step is sent meanwhile. */
  isEnding(): boolean
  /** Steps that brokers of this process sent; those of earlier processes are not in it. */
  readonly sentHere: WeakSet<Intent>
  restore(records: readonly JournalRecord[]): void
  /** Records a request. It holds once it is on disk; two calls at once make one request. */
  begin(at: number): Promise<void>
  /**
   * Ends the request. A cancellation holds once it is on disk; an end that the chain shows holds also where it cannot
   * be written.
   */
  end(outcome: ClosingOutcome): Promise<void>
}

export type ClosingRequestOptions = {
  /** Called once a request is on disk, whichever broker began it. */
  onClosingBegun?: (() => void) | undefined
  /** Called once a request has ended, whichever broker ended it. */
  onClosingEnded?: ((end: ClosingEnd) => void) | undefined
}

export type ClosingEnd = { request: ClosingIntention; outcome: ClosingOutcome }

export function createClosingRequest(
  session: Pick<JournalSession, 'ready' | 'settle' | 'append' | 'owe'>,
  { onClosingBegun, onClosingEnded }: ClosingRequestOptions = {},
): ClosingRequest {
  let isEnding = false
  let current: ClosingIntention | null = null
  let beginning: Promise<void> | null = null

  return {
    current: () => current,
    isEnding: () => isEnding,
    sentHere: new WeakSet(),
    restore(records) {
      current = closingIn(records)
    },
    begin: (at) => (beginning ??= begin(at).finally(() => (beginning = null))),
    async end(outcome) {
      if (!current || isEnding) return
      const request = current
      const record: IntentionRecord = { type: 'closing-ended', id: request.id, outcome }
      isEnding = true
      try {
        if (outcome === 'cancelled') await session.append(record)
        current = null
        if (outcome !== 'cancelled') await session.owe(record)
      } finally {
        isEnding = false
        if (current !== request) onClosingEnded?.({ request, outcome })
      }
    },
  }

  async function begin(at: number): Promise<void> {
    await session.ready()
    await session.settle()
    const record: IntentionRecord = { type: 'closing', id: `closing-${at.toString(36)}`, at }
    await session.append(record)
    current = closingIn([record])
    onClosingBegun?.()
  }
}
