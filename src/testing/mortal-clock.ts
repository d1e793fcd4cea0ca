import type { Clock } from '../base/clock.ts'

/** A clock for one process of several that share time: once that process is dead, none of its timers runs. */
export function createMortalClock({ now, after }: Clock) {
  const timers = new Set<() => void>()
  let dead = false

  const clock: Clock = {
    now,
    after(ms, callback) {
      if (dead) return () => undefined
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
    die(): void {
      dead = true
      for (const cancel of timers) cancel()
    },
  }
}
