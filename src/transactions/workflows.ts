import { createClosingRequest, type ClosingRequest, type ClosingRequestOptions } from './closing-request.ts'
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
  /** Whether an intent is a step of open work: only its steps tell how far that work has come. */
  isOpenStep(intent: Intent): boolean
}

/** Claims from the record of their beginning to the record of their end, in this process or an earlier one. */
export type OpenClaims = {
  /** Oldest first. */
  list(): Claim[]
  /** Records a claim: it is on disk once this resolves. @throws NotRecordedError where that fails */
  begin(claim: Claim): Promise<void>
  /** Ends a claim, also where that cannot be written. @throws NotRecordedError where that fails */
  end(id: string): Promise<void>
  /** Open claims that a broker of this process brings to their end, by id. */
  underway: { has(id: string): boolean; add(id: string): void; delete(id: string): void }
}

export function createWorkflows(session: JournalSession, options: ClosingRequestOptions = {}): Workflows {
  const open = new Map<string, Claim>()
  const underway = new Set<string>()
  const closing = createClosingRequest(session, options)

  return {
    claims: {
      list: () => [...open.values()],
      async begin(claim) {
        await session.ready()
        await session.record(claim)
        open.set(claim.id, claim)
      },
      async end(id) {
        await session.ready()
        open.delete(id)
        await session.record({ type: 'claiming-ended', id })
      },
      underway: {
        has: (id) => underway.has(id),
        add: (id) => void underway.add(id),
        delete: (id) => void underway.delete(id),
      },
    },
    closing,
    restore(records) {
      for (const claim of openClaims(records)) open.set(claim.id, claim)
      closing.restore(records)
    },
    isOpenStep: ({ claim, closing: closedBy }) =>
      open.has(claim ?? '') || (closedBy !== undefined && closedBy === closing.current()?.id),
  }
}
