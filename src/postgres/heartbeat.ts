import { systemClock } from '../base/clock.ts'

export type Heartbeat = {
  /** Beats until `stop`, at first after one interval. */
  start(): void
  /** Beats soon: the database has just been lost. */
  hurry(): void
  stop(): void
}

export type HeartbeatOptions = {
  everyMs: number
  /** The time until the first beat after a failed one; it doubles up to `everyMs`. */
  retryMs: number
  /** @returns whether the database answered */
  beat: () => Promise<boolean>
}

/** Calls `beat` at an interval, one at a time. Its timer does not keep the process alive. */
export function createHeartbeat({ everyMs, retryMs, beat }: HeartbeatOptions): Heartbeat {
  let cancel: (() => void) | null = null
  let isBeating = false
  let isStopped = true
  let delay = everyMs

  return {
    start() {
      if (!isStopped) return
      isStopped = false
      schedule(everyMs)
    },
    hurry() {
      if (isStopped || isBeating) return
      delay = Math.min(retryMs, everyMs)
      schedule(delay)
    },
    stop() {
      isStopped = true
      cancel?.()
    },
  }

  function schedule(ms: number): void {
    cancel?.()
    cancel = systemClock.after(ms, () => void run(), { idle: true })
  }

  async function run(): Promise<void> {
    isBeating = true
    const isAnswered = await beat()
    isBeating = false
    if (isStopped) return
    delay = isAnswered ? everyMs : Math.min(everyMs, delay < everyMs ? delay * 2 : retryMs)
    schedule(delay)
  }
}
