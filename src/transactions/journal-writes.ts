import type { Clock } from '../base/clock.ts'
import { AbortedError, JournalError } from '../base/errors.ts'
import { BudgetExhaustedError } from '../base/sending-errors.ts'
import { withTimeout } from '../base/timeout.ts'
import type { Journal, JournalRecord } from './journal.types.ts'

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
  return new WatchedJournal(journal, clock)
}

class WatchedJournal implements JournalWrites {
  readonly #journal: Journal
  readonly #clock: Clock
  /** Only where the journal tells it. */
  readonly freed?: NonNullable<Journal['freed']>
  #failure: JournalError | null = null
  #checking: Promise<void> | null = null
  /** Records that the journal has been asked to write for too long. */
  #slow = 0

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal
    this.#clock = clock
    if (journal.freed) this.freed = journal.freed.bind(journal)
  }

  load(): ReturnType<Journal['load']> {
    return this.#journal.load()
  }

  append(record: JournalRecord): Promise<void> {
    return this.#noteOutcome(this.#withTime(this.#journal.append(record)))
  }

  refusal(): Error | null {
    return this.#journal.refusal?.() ?? null
  }

  close(): Promise<void> {
    const late = () => notAnswering('closed', CLOSE_MS)
    return withTimeout(CLOSE_MS, () => this.#journal.close(), this.#clock, late)
  }

  failure(): JournalError | null {
    return this.#failure ?? (this.#slow > 0 ? notAnswering('written a record', SLOW_MS) : null)
  }

  checkAgain(): Promise<void> {
    if (!this.#failure || !this.#journal.check) return Promise.resolve()
    return (this.#checking ??= this.#noteOutcome(this.#journal.check())
      .catch(() => undefined)
      .finally(() => (this.#checking = null)))
  }

  /** It is not given up: whether such a record reaches the disk is not known. */
  async #withTime(work: Promise<void>): Promise<void> {
    let isSlow = false
    const become = (): void => {
      isSlow = true
      this.#slow += 1
    }
    const cancel = this.#clock.after(SLOW_MS, become, { idle: true })
    try {
      await work
    } finally {
      cancel()
      if (isSlow) this.#slow -= 1
    }
  }

  async #noteOutcome(work: Promise<void>): Promise<void> {
    try {
      await work
      this.#failure = null
    } catch (error) {
      // A budget that the journal keeps refuses a record: it could have been written.
      if (error instanceof BudgetExhaustedError) this.#failure = null
      else if (!(error instanceof AbortedError)) this.#failure = failureOf(error)
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
