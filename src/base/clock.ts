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
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback, { idle = false } = {}) {
    const timer = setTimeout(callback, ms)
    // In browsers a timer is a number and has no unref().
    if (idle && typeof timer === 'object') timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Keeps the process alive until the returned function is called. */
export function keepAlive(): () => void {
  const alive = setInterval(() => undefined, 60_000)
  return () => clearInterval(alive)
}
