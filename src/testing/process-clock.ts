import type { Clock } from '../base/clock.ts'

export type ProcessClock = {
  clock: Clock
  /** Cancels all timers for good, as the end of the process does. */
  kill(): void
}

/** The clock of one simulated process. Several processes share the time; after kill() none of its timers runs. */
export function createProcessClock({ now, after }: Clock): ProcessClock {
  const timers = new Set<() => void>()
  let isDead = false

  const clock: Clock = {
    now,
    after(ms, callback) {
      if (isDead) return () => undefined
      const stop = after(ms, () => {
        timers.delete(cancel)
        callback()
      })
      const cancel = (): void => {
        timers.delete(cancel)
        stop()
      }
      timers.add(cancel)
      return cancel
    },
  }

  return {
    clock,
    kill() {
      isDead = true
      for (const cancel of timers) cancel()
    },
  }
}
