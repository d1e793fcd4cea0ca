import type { JournalError, Logger } from '../index.ts'
import { journalErrorOf, StatementError } from './statement-error.ts'

/** Whether the database answers, as one process knows it. While it does not, nothing is appended, so that at most one record is in doubt. */
export type Contact = {
  /** Why records are not taken now; null while the database answers. */
  outage(): JournalError | null
  /** A statement failed. @returns the error for its caller */
  failed(error: unknown): JournalError
  /** The heartbeat failed: without it the lease ends, whatever the reason. */
  lost(error: unknown): void
  /** A statement was answered. */
  succeeded(): void
  /** Resolves at the next answer of the database, or at the end of `until`. */
  next(until: AbortSignal): Promise<void>
}

export function createContact({
  schema,
  logger,
  onLoss,
}: {
  schema: string
  logger: Logger
  onLoss: () => void
}): Contact {
  let outage: JournalError | null = null
  const waiting = new Set<() => void>()

  return {
    outage: () => outage,
    failed(error) {
      const reason = journalErrorOf(error, schema)
      // A statement that the database refuses was answered.
      if (!(error instanceof StatementError) || error.outcome !== 'refused') lose(reason)
      return reason
    },
    lost: (error) => lose(journalErrorOf(error, schema)),
    succeeded() {
      if (outage) logger.info({}, 'the database of the journal answers again')
      outage = null
      for (const wake of waiting) wake()
    },
    async next(until) {
      if (until.aborted) return
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake)
          until.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        until.addEventListener('abort', wake)
      })
    },
  }

  /** Logged once for each outage; the reason may change meanwhile. */
  function lose(reason: JournalError): void {
    const isNew = outage === null
    outage = reason
    if (!isNew) return
    logger.warn({ err: reason }, 'the database of the journal is lost; nothing is sent until it answers')
    onLoss()
  }
}
