import type { PositionView } from '../screen/view.ts'

export type EndingOptions = {
  /** The ending begins after so many seconds; null where only the signal begins it. */
  seconds: number | null
  signal: AbortSignal
  /** Stops the providers, and resolves with the block of the last charge. */
  stopCharging: () => Promise<number>
}

export type Ending = {
  /** Aborts when the demo is over. */
  over: AbortSignal
  hasBegun(): boolean
  /** Ends it at once. */
  fail(error: unknown): void
  /** Ends the demo once a reading after the last charge shows that auto-funding has nothing left to do. */
  onPosition(view: PositionView): void
  /**
   * Returns how many seconds passed until the ending began.
   *
   * @throws the failure that ended the demo
   */
  close(): number
}

/** How long auto-funding may take to finish after the last charge. */
const GRACE_MS = 20_000

/** Ends the demo in order: the providers stop charging, auto-funding finishes, then it is over. A failure ends it at once. */
export function planEnding({ seconds, signal, stopCharging }: EndingOptions): Ending {
  const over = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const startedAt = Date.now()
  let begunAt: number | null = null
  let lastCharge = Infinity
  let failure: { error: unknown } | null = null

  if (seconds !== null) timers.add(setTimeout(begin, seconds * 1_000))
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })

  return {
    over: over.signal,
    fail,
    hasBegun: () => begunAt !== null,
    onPosition({ position, accounts }: PositionView): void {
      const done = accounts.every(({ spendable, autoFunding }) => spendable && autoFunding?.state === 'watching')
      if (done && position.block.number >= lastCharge) over.abort()
    },
    close(): number {
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener('abort', begin)
      if (failure) throw failure.error
      return Math.round(((begunAt ?? Date.now()) - startedAt) / 1_000)
    },
  }

  function begin(): void {
    if (begunAt !== null) return
    begunAt = Date.now()
    timers.add(setTimeout(() => over.abort(), GRACE_MS))
    stopCharging().then((block) => (lastCharge = block), fail)
  }

  function fail(error: unknown): void {
    failure ??= { error }
    over.abort()
  }
}
