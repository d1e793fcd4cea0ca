import { setTimeout as sleep } from 'node:timers/promises'
import type { Simulation } from '../../testing/index.ts'

const FRAME_MS = 20
/** How long the simulation may keep this process busy: keys and signals want to be heard, and the screen drawn. */
const BUSY_MS = 30
/** More than this at once would be a jump. */
const MOST_MS = 100

type Sleeper = { until: number; wake: () => void }

/** Lets the time of a simulation pass at so many times its speed, or as fast as this machine can. */
export function startPacing(sim: Simulation, speed: number) {
  const sleepers = new Set<Sleeper>()
  let stopped = false
  const running = run()

  return {
    /** Resolves with why, when the simulation fails. */
    broken: new Promise<unknown>((resolve) => void running.catch(resolve)),
    /** In simulated time. */
    sleep(ms: number, signal: AbortSignal): Promise<void> {
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
    async stop(): Promise<void> {
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
      // What this machine cannot do in time is left out: the simulation is slower then.
      behind = !(await advanceTo(sim.now() + Math.min(now - last, MOST_MS) * speed, now + BUSY_MS))
      last = now
    }
  }

  /** @returns false when it took too long to come all the way */
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
