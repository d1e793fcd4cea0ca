import { AbortedError, JournalError } from '../base/errors.ts'
import type { Journal } from './journal.types.ts'

/** A journal whose failures to write are remembered: until it takes records again, nothing can be sent. */
export type JournalWrites = Journal & {
  /** Why the last record was not written; null once one is, or a check says that the next one will be. */
  failure(): JournalError | null
  /** Asks a journal that failed whether it can be written again. It never rejects. */
  checkAgain(): Promise<void>
}

export function watchJournalWrites(journal: Journal): JournalWrites {
  let failure: JournalError | null = null
  let checking: Promise<void> | null = null

  return {
    load: () => journal.load(),
    append: (record) => noted(journal.append(record)),
    refusal: () => journal.refusal?.() ?? null,
    ...(journal.freed && { freed: journal.freed.bind(journal) }),
    close: () => journal.close(),
    failure: () => failure,
    checkAgain() {
      if (!failure || !journal.check) return Promise.resolve()
      return (checking ??= noted(journal.check())
        .catch(() => undefined)
        .finally(() => (checking = null)))
    },
  }

  async function noted(work: Promise<void>): Promise<void> {
    try {
      await work
      failure = null
    } catch (error) {
      if (!(error instanceof AbortedError)) failure = failureOf(error)
      throw error
    }
  }
}

function failureOf(error: unknown): JournalError {
  if (error instanceof JournalError) return error
  const reason = error instanceof Error ? error.message : String(error)
  const facts = {
    reason,
    do: 'free space on its disk, or make its folder writable: it is tried again at the next reading',
  }
  return new JournalError('The journal cannot be written.', facts, { cause: error })
}
