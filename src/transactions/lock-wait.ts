import { abortable } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import type { LockedError } from '../base/sending-errors.ts'

/** The kernel frees a lock at once, and tells no process: it is tried this often at first, and ever more rarely. */
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

/** A caller's wait for a journal that another process has: tried again until its time is over. */
export type LockWait = {
  /** Pauses before the next attempt. @returns false where the time is over @throws AbortedError when the signal aborts */
  next(locked: LockedError, signal?: AbortSignal): Promise<boolean>
  /** The journal is open. */
  got(): void
  /** Who has it; null once it is open, and before the first attempt. */
  held(): LockedError | null
}

/** @param until when to give up, in milliseconds since 1970 */
export function createLockWait(clock: Clock, until: number): LockWait {
  let pauseMs = FIRST_PAUSE_MS
  let held: LockedError | null = null

  return {
    async next(locked, signal) {
      held = locked
      const left = until - clock.now()
      if (left <= 0) return false
      let cancel = (): void => undefined
      const pause = new Promise<void>((resolve) => (cancel = clock.after(Math.min(pauseMs, left), resolve)))
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
      // A caller that gave up leaves no timer that keeps the process alive.
      await abortable(pause, signal).finally(cancel)
      return true
    },
    got() {
      held = null
    },
    held: () => held,
  }
}
