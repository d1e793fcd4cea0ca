import type { Clock } from '../base/clock.ts'

type Timer = { at: number; callback: () => void }

/** Taken before a test puts fake timers in its place. */
const { setImmediate } = globalThis

export type SimulatedTime = ReturnType<typeof createSimulatedTime>

/**
 * Time that passes when it is told to. Timers run in the order in which they are due, and between two of them every
 * promise settles that can without waiting for something outside of this process.
 *
 * @param options.onPass hears of each new time before the timers that are due then
 */
export function createSimulatedTime({ startMs, onPass }: { startMs: number; onPass: (nowMs: number) => void }) {
  let now = startMs
  /** In the order in which they are due. */
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
    /** When the next timer is due, in milliseconds since 1970; null when none is set. */
    nextAt: (): number | null => timers[0]?.at ?? null,
    settled,
    async passTo(end: number): Promise<void> {
      await settled()
      for (let next = timers[0]; next && next.at <= end; next = timers[0]) {
        // A new block may be heard at once, and change what is due.
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

  /** After those that are due at the same time. */
  function placeOf({ at }: Timer): number {
    return timers.findLastIndex((one) => one.at <= at) + 1
  }

  function remove(timer: Timer): void {
    const at = timers.indexOf(timer)
    if (at !== -1) timers.splice(at, 1)
  }
}

/** Resolves once no promise is left that can settle by itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
