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

type Session = Pick<JournalSession, 'ready' | 'settle' | 'append' | 'owe'>

export function createClosingRequest(session: Session, options: ClosingRequestOptions = {}): ClosingRequest {
  return new RecordedRequest(session, options)
}

class RecordedRequest implements ClosingRequest {
  readonly #session: Session
  readonly #options: ClosingRequestOptions
  #isEnding = false
  #current: ClosingIntention | null = null
  #beginning: Promise<void> | null = null
  #sentHere: WeakSet<Intent> | null = null

  constructor(session: Session, options: ClosingRequestOptions) {
    this.#session = session
    this.#options = options
  }

  get sentHere(): WeakSet<Intent> {
    return (this.#sentHere ??= new WeakSet())
  }

  current(): ClosingIntention | null {
    return this.#current
  }

  isEnding(): boolean {
    return this.#isEnding
  }

  restore(records: readonly JournalRecord[]): void {
    this.#current = closingIn(records)
  }

  begin(at: number): Promise<void> {
    return (this.#beginning ??= this.#begin(at).finally(() => (this.#beginning = null)))
  }

  async end(outcome: ClosingOutcome): Promise<void> {
    const request = this.#current
    if (!request || this.#isEnding) return
    const record: IntentionRecord = { type: 'closing-ended', id: request.id, outcome }
    this.#isEnding = true
    try {
      if (outcome === 'cancelled') await this.#session.append(record)
      this.#current = null
      if (outcome !== 'cancelled') await this.#session.owe(record)
    } finally {
      this.#isEnding = false
      if (this.#current !== request) this.#options.onClosingEnded?.({ request, outcome })
    }
  }

  async #begin(at: number): Promise<void> {
    await this.#session.ready()
    await this.#session.settle()
    const record: IntentionRecord = { type: 'closing', id: `closing-${at.toString(36)}`, at }
    await this.#session.append(record)
    this.#current = closingIn([record])
    this.#options.onClosingBegun?.()
  }
}
