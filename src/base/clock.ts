/** The broker's source of time. A simulation passes its own clock. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Calls `callback` once after `ms` milliseconds.
   *
   * @param options.idle the timer does not keep the process alive
   * @returns a function that cancels the timer
   */
  after(ms: number, callback: () => void, options?: { idle?: boolean }): () => void
  /** Milliseconds on a clock that cannot be set, from any start; it may stop while the machine sleeps. */
  elapsed?(): number
}

/** The clock of this machine. */
export const systemClock: Required<Clock> = {
  now: () => Date.now(),
  after(ms, callback, { idle = false } = {}) {
    const timer = setTimeout(callback, ms)
    // In browsers a timer is a number and has no unref().
    if (idle && typeof timer === 'object') timer.unref()
    return () => clearTimeout(timer)
  },
  elapsed: () => performance.now(),
}

/**
 * A clock that nothing sets: it starts at the time of another one, and goes on by what elapses. Without `elapsed` it goes on where the
 * other one is set back, and leaps ahead with it: what is due after some seconds must not wait an hour for them.
 */
export function steadyClock({ now, after, elapsed }: Clock): Clock {
  if (elapsed) {
    const start = now() - elapsed()
    return { now: () => Math.floor(start + elapsed()), after, elapsed }
  }
  let last = now()
  let setBack = 0
  return {
    now() {
      const current = now()
      setBack += Math.max(0, last - current)
      last = current
      return current + setBack
    },
    after,
  }
}

/** Keeps the process alive until the returned function is called. */
export function keepAlive(): () => void {
  const alive = setInterval(() => undefined, 60_000)
  return () => clearInterval(alive)
}
