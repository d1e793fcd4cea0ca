import type { Clock } from '../base/clock.ts'

type Timer = { at: number; callback: () => void }

export type SimulatedTimeOptions = { startMs: number; onPass: (nowMs: number) => void }

/** The real function, even where a test installs fake timers later. */
const { setImmediate } = globalThis

export type SimulatedTime = {
  clock: Clock
  /** When the next timer is due, in milliseconds since 1970; null without timers. */
  nextAt(): number | null
  /** Resolves once no promise can settle without time or I/O. */
  settled(): Promise<void>
  /** Lets time pass to a moment, in milliseconds since 1970. */
  passTo(end: number): Promise<void>
}

/**
 * Time under a test's control. Timers run in the order of their due times, and between two timers all promises settle that do
 * not wait for I/O.
 *
 * @param options.onPass called with each new time, before the timers that are due at it
 */
export function createSimulatedTime({ startMs, onPass }: SimulatedTimeOptions): SimulatedTime {
  let now = startMs
  /** Ordered by due time. */
  const timers: Timer[] = []

  const clock: Clock = {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback }
      timers.splice(placeOf(timer), 0, timer)
      return () => remove(timer)
    },
  }

  return {
    clock,
    nextAt: () => timers[0]?.at ?? null,
    settled,
    async passTo(end) {
      await settled()
      for (let next = timers[0]; next && next.at <= end; next = timers[0]) {
        // A new block reaches its listeners here, and they may change the timers.
        pass(next.at)
        if (timers[0] && timers[0].at <= now) timers.shift()?.callback()
        await settled()
      }
      pass(end)
      await settled()
    },
  }

  function pass(to: number): void {
    if (to <= now) return
    now = to
    onPass(now)
  }

  /** The index after all timers with the same due time. */
  function placeOf({ at }: Timer): number {
    return timers.findLastIndex((one) => one.at <= at) + 1
  }

  function remove(timer: Timer): void {
    const at = timers.indexOf(timer)
    if (at !== -1) timers.splice(at, 1)
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
