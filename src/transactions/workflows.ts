import { createClosingRequest, type ClosingRequest, type ClosingRequestOptions } from './closing-request.ts'
import { SparseMap, SparseSet } from '../base/sparse.ts'
import type { Intent } from './intent.ts'
import { openClaims } from './journal-fold.ts'
import type { JournalSession } from './journal-session.ts'
import type { Claim, JournalRecord } from './journal.types.ts'

/**
 * Work of several transactions that outlives a process: claims and the closing of the ledger. The journal keeps their
 * beginning and their end beside the transactions that name them.
 */
export type Workflows = {
  claims: OpenClaims
  closing: ClosingRequest
  restore(records: readonly JournalRecord[]): void
  /** Has claims that rest be taken up whose outcome may be told now. @returns whether there are any */
  wake(): boolean
  /** Whether an intent is a step of open work: only its steps tell how far that work has come. */
  isOpenStep(intent: Intent): boolean
}

/** Claims from the record of their beginning to the record of their end, in this process or an earlier one. */
export type OpenClaims = {
  /** Those to be brought to their end, oldest first. */
  list(): Claim[]
  /** Records a claim: it is on disk once this resolves. @throws NotRecordedError where that fails */
  begin(claim: Claim): Promise<void>
  /** Ends a claim, also where that cannot be written. @throws NotRecordedError where that fails */
  end(id: string): Promise<void>
  /**
   * Leaves a claim open whose retrieve did nothing, as long as that may change; in the journal, too: the next process finds it.
   *
   * @param mayChange asked at each reading
   */
  rest(id: string, mayChange: () => boolean): void
  /** Open claims that a broker of this process brings to their end, by id. */
  underway: { has(id: string): boolean; add(id: string): unknown; delete(id: string): unknown }
}

export function createWorkflows(session: JournalSession, options: ClosingRequestOptions = {}): Workflows {
  const claims = new RecordedClaims(session)
  const closing = createClosingRequest(session, options)

  return {
    claims,
    closing,
    restore(records) {
      claims.restore(records)
      closing.restore(records)
    },
    wake: () => claims.wake(),
    isOpenStep: ({ claim, closing: closedBy }) =>
      (claim !== undefined && claims.isOpen(claim)) || (closedBy !== undefined && closedBy === closing.current()?.id),
  }
}

class RecordedClaims implements OpenClaims {
  readonly #session: JournalSession
  readonly #open = new SparseMap<string, Claim>()
  readonly #resting = new SparseMap<string, () => boolean>()
  readonly underway = new SparseSet<string>()

  constructor(session: JournalSession) {
    this.#session = session
  }

  list(): Claim[] {
    return [...this.#open.values()].filter(({ id }) => !this.#resting.has(id))
  }

  isOpen(id: string): boolean {
    return this.#open.has(id)
  }

  async begin(claim: Claim): Promise<void> {
    await this.#session.ready()
    await this.#session.record(claim)
    this.#open.set(claim.id, claim)
  }

  async end(id: string): Promise<void> {
    await this.#session.ready()
    this.#open.delete(id)
    await this.#session.record({ type: 'claiming-ended', id })
  }

  rest(id: string, mayChange: () => boolean): void {
    this.#resting.set(id, mayChange)
  }

  wake(): boolean {
    const woken = [...this.#resting].filter(([, mayChange]) => !mayChange())
    for (const [id] of woken) this.#resting.delete(id)
    return woken.length > 0
  }

  restore(records: readonly JournalRecord[]): void {
    for (const claim of openClaims(records)) this.#open.set(claim.id, claim)
  }
}
