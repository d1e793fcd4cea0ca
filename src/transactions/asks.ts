import type { Logger } from '../base/logger.ts'
import { LockedError } from '../base/sending-errors.ts'
import { LONGEST_WINDOW } from '../base/durations.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { JournalSession } from './journal-session.ts'
import type { Asked, JournalRecord } from './journal.types.ts'

/**
 * One call in so many seconds is recorded for a sub-account. After a restart each counts as that much later, so that a later
 * call that was not recorded is within it.
 */
const APART = 600

/** When callers last asked for each sub-account and nothing had to be paid: no chain shows that, so the journal does. */
export type Asks = {
  /** Counts a call at a block time in seconds, and resolves once it survives a restart, or cannot. */
  note(id: SubAccountId, at: number): Promise<void>
  /** In seconds of block time; null where no call is known. */
  lastAt(id: SubAccountId): number | null
  restore(records: readonly JournalRecord[]): void
}

export function createAsks(session: Pick<JournalSession, 'ready' | 'append'>, logger: Logger): Asks {
  return new AsksByKey(session, logger)
}

class AsksByKey implements Asks {
  readonly #session: Pick<JournalSession, 'ready' | 'append'>
  readonly #logger: Logger
  /** In seconds of block time; null before the first call. */
  #times: Map<string, { last: number; recorded: number | null }> | null = null

  constructor(session: Pick<JournalSession, 'ready' | 'append'>, logger: Logger) {
    this.#session = session
    this.#logger = logger
  }

  async note({ provider, serviceType }: SubAccountId, at: number): Promise<void> {
    const times = this.#timesOf({ provider, serviceType })
    times.last = Math.max(at, times.last)
    if (times.recorded !== null && at < times.recorded + APART) return
    times.recorded = at
    try {
      await this.#session.ready()
      await this.#session.append({ type: 'asked', id: `asked-${at}`, provider, serviceType, at })
    } catch (error) {
      times.recorded = null
      // The process that has the journal does not know of this call; nothing was to be paid, so the caller need not know.
      if (!(error instanceof LockedError))
        this.#logger.warn({ err: error, provider, serviceType }, 'a restart will not know that it was asked for')
    }
  }

  lastAt(id: SubAccountId): number | null {
    return this.#times?.get(keyOf(id))?.last ?? null
  }

  restore(records: readonly JournalRecord[]): void {
    for (const one of records) {
      if (one.type !== 'asked') continue
      const times = this.#timesOf(one)
      times.recorded = Math.max(one.at, times.recorded ?? 0)
      times.last = Math.max(one.at + APART, times.last)
    }
  }

  #timesOf(id: SubAccountId): { last: number; recorded: number | null } {
    const all = (this.#times ??= new Map())
    const times = all.get(keyOf(id)) ?? { last: 0, recorded: null }
    all.set(keyOf(id), times)
    return times
  }
}

/** Of each sub-account the newest record, as long as any policy may count it: the others say nothing more. */
export function newestAsks(records: readonly JournalRecord[]): ReadonlySet<JournalRecord> {
  const newest = new Map<string, Asked>()
  for (const one of records)
    if (one.type === 'asked' && one.at >= (newest.get(keyOf(one))?.at ?? 0)) newest.set(keyOf(one), one)
  const now = Math.max(...[...newest.values()].map(({ at }) => at))
  return new Set([...newest.values()].filter(({ at }) => now - at <= LONGEST_WINDOW))
}
