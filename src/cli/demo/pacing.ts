import { setTimeout as sleep } from 'node:timers/promises'
import type { Simulation } from '../../testing/index.ts'

const FRAME_MS = 20
/** The longest the simulation runs without a pause: keys, signals and drawing need their turn. */
const BUSY_MS = 30
/** The most time that passes in one step. */
const MOST_MS = 100

export type Pacing = {
  /** Resolves with the error with which the simulation fails. */
  failure: Promise<unknown>
  /** Waits in simulated time; resolves early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** How many times faster than the clock time has passed so far. */
  reached(): number
  stop(): Promise<void>
}

type Sleeper = { until: number; wake: () => void }

/** Lets simulated time pass so many times as fast as the clock, or as fast as this machine can. */
export function startPacing(sim: Simulation, speed: number): Pacing {
  const sleepers = new Set<Sleeper>()
  const began = { wall: Date.now(), simulated: sim.now() }
  let stopped = false
  const running = run()

  return {
    failure: new Promise<unknown>((resolve) => void running.catch(resolve)),
    sleep(ms, signal) {
      return new Promise((resolve) => {
        const sleeper = { until: sim.now() + ms, wake }
        sleepers.add(sleeper)
        signal.addEventListener('abort', wake)
        if (signal.aborted) wake()
        function wake(): void {
          sleepers.delete(sleeper)
          signal.removeEventListener('abort', wake)
          resolve()
        }
      })
    },
    reached: () => (sim.now() - began.simulated) / Math.max(1, Date.now() - began.wall),
    async stop() {
      stopped = true
      await running.catch(() => undefined)
    },
  }

  async function run(): Promise<void> {
    let last = Date.now()
    let behind = false
    while (!stopped) {
      await sleep(behind ? 1 : FRAME_MS)
      const now = Date.now()
      // What does not fit into the time is skipped: on a slow machine the simulation runs slower.
      behind = !(await advanceTo(sim.now() + Math.min(now - last, MOST_MS) * speed, now + BUSY_MS))
      last = now
    }
  }

  /** @returns false when the time was over before it came to `end` */
  async function advanceTo(end: number, busyUntil: number): Promise<boolean> {
    while (!stopped && sim.now() < end) {
      if (Date.now() >= busyUntil) return false
      const next = Math.min(end, ...[...sleepers].map(({ until }) => until))
      await sim.advance(`${Math.max(1, Math.ceil(next - sim.now())) / 1_000}s`)
      for (const { until, wake } of sleepers) if (until <= sim.now()) wake()
    }
    return true
  }
}
