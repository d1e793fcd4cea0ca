/** Where a broker has its time from. A simulation brings a clock of its own. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Calls back once, after so many milliseconds; what it returns cancels that.
   *
   * @param options.idle nobody waits for it: it does not keep the process alive
   */
  after(ms: number, callback: () => void, options?: { idle?: boolean }): () => void
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback, { idle = false } = {}) {
    const timer = setTimeout(callback, ms)
    // In browsers it is a number.
    if (idle && typeof timer === 'object') timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Keeps the process alive until it is told to let go. */
export function keepAlive(): () => void {
  const alive = setInterval(() => undefined, 60_000)
  return () => clearInterval(alive)
}
