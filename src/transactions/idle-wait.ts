import { onAbort, throwIfAborted } from '../base/abortable.ts'
import type { Intent } from './intent.ts'
import type { JournalSession } from './journal-session.ts'
import type { Tracker } from './tracker.ts'

export type IdleWaitOptions = {
  session: Pick<JournalSession, 'isClosed' | 'throwIfClosed'>
  tracker: Pick<Tracker, 'attend'>
  /** Every intent without a known outcome. */
  inFlight: () => readonly Intent[]
}

/** Waits until nothing is in flight that matches: a condition variable over the lane's transactions. */
export type IdleWait = {
  /** A caller that waits keeps the process alive. @throws AbortedError when the signal aborts, or the lane closes */
  idle(matches: (intent: Intent) => boolean, signal?: AbortSignal): Promise<void>
  /** Has every waiting caller look again. */
  wake(): void
}

export function createIdleWait({ session, tracker, inFlight }: IdleWaitOptions): IdleWait {
  let waiting: (() => void)[] = []

  return {
    async idle(matches, signal) {
      const leave = onAbort(signal, wake)
      try {
        while (!session.isClosed() && inFlight().some(matches)) {
          throwIfAborted(signal)
          tracker.attend(matches)
          await new Promise<void>((resolve) => waiting.push(resolve))
        }
        session.throwIfClosed()
      } finally {
        leave()
      }
    },
    wake,
  }

  function wake(): void {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }
}
