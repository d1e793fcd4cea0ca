import type { Clock } from '../base/clock.ts'
import { AbortedError, JournalError } from '../base/errors.ts'
import { withTimeout } from '../base/timeout.ts'
import type { Journal } from './journal.types.ts'

/** A journal that takes longer for a record is said to be unavailable until it has taken it. */
const SLOW_MS = 10_000
/** A journal that takes longer to close is left behind. */
const CLOSE_MS = 30_000

/** A journal whose failures to write are remembered: until it takes records again, nothing can be sent. */
export type JournalWrites = Journal & {
  /**
   * Why the last record was not written, or that one is not for ten seconds; null once one is, or a check says that the next one
   * will be.
   */
  failure(): JournalError | null
  /** Asks a journal that failed whether it can be written again. It never rejects. */
  checkAgain(): Promise<void>
  /** @throws JournalError where it is not closed after 30 seconds */
  close(): Promise<void>
}

export function watchJournalWrites(journal: Journal, clock: Clock): JournalWrites {
  let failure: JournalError | null = null
  let checking: Promise<void> | null = null
  /** Records that the journal has been asked to write for too long. */
  let slow = 0

  return {
    load: () => journal.load(),
    append: (record) => noteOutcome(withTime(journal.append(record))),
    refusal: () => journal.refusal?.() ?? null,
    ...(journal.freed && { freed: journal.freed.bind(journal) }),
    close: () =>
      withTimeout(
        CLOSE_MS,
        () => journal.close(),
        clock,
        () => notAnswering('closed', CLOSE_MS),
      ),
    failure: () => failure ?? (slow > 0 ? notAnswering('written a record', SLOW_MS) : null),
    checkAgain() {
      if (!failure || !journal.check) return Promise.resolve()
      return (checking ??= noteOutcome(journal.check())
        .catch(() => undefined)
        .finally(() => (checking = null)))
    },
  }

  /** It is not given up: whether such a record reaches the disk is not known. */
  async function withTime(work: Promise<void>): Promise<void> {
    let isSlow = false
    const cancel = clock.after(
      SLOW_MS,
      () => {
        isSlow = true
        slow += 1
      },
      { idle: true },
    )
    try {
      await work
    } finally {
      cancel()
      if (isSlow) slow -= 1
    }
  }

  async function noteOutcome(work: Promise<void>): Promise<void> {
    try {
      await work
      failure = null
    } catch (error) {
      if (!(error instanceof AbortedError)) failure = failureOf(error)
      throw error
    }
  }
}

function notAnswering(what: 'written a record' | 'closed', ms: number): JournalError {
  return new JournalError(`The journal has not ${what} for ${ms / 1_000} seconds.`, {
    do: 'see to it that its disk or database answers; nothing is sent until it has written',
  })
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
