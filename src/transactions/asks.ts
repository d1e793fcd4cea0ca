import type { Logger } from '../base/logger.ts'
import { LockedError } from '../base/errors.ts'
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
  const recorded = new Map<string, number>()
  const last = new Map<string, number>()

  return {
    async note({ provider, serviceType }, at) {
      const key = keyOf({ provider, serviceType })
      last.set(key, Math.max(at, last.get(key) ?? 0))
      const before = recorded.get(key)
      if (before !== undefined && at < before + APART) return
      recorded.set(key, at)
      try {
        await session.ready()
        await session.append({ type: 'asked', id: `asked-${at}`, provider, serviceType, at })
      } catch (error) {
        recorded.delete(key)
        // The process that has the journal does not know of this call; nothing was to be paid, so the caller need not know.
        if (!(error instanceof LockedError))
          logger.warn({ err: error, provider, serviceType }, 'a restart will not know that it was asked for')
      }
    },
    lastAt: (id) => last.get(keyOf(id)) ?? null,
    restore(records) {
      for (const one of records) if (one.type === 'asked') restoreOne(one)
    },
  }

  function restoreOne(asked: Asked): void {
    const key = keyOf(asked)
    recorded.set(key, Math.max(asked.at, recorded.get(key) ?? 0))
    last.set(key, Math.max(asked.at + APART, last.get(key) ?? 0))
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
