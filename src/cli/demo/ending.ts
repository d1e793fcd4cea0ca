import type { PositionView } from '../screen/view.ts'

export type EndingOptions = {
  /** It begins after that by itself; null for the signal alone. */
  seconds: number | null
  signal: AbortSignal
  /** Makes everybody stop charging, and gives the block of the last charge. */
  stopCharging: () => Promise<number>
}

export type Ending = {
  /** Aborts when it is over. */
  over: AbortSignal
  hasBegun(): boolean
  /** Ends it at once. */
  fail(error: unknown): void
  /** It is over once a reading after the last charge shows that nothing is left to do. */
  look(seen: PositionView): void
  /**
   * How many seconds passed until it began.
   *
   * @throws what it ended with, when that was a failure
   */
  close(): number
}

/** How long auto-funding may take to finish once nobody charges any more. */
const GRACE_MS = 20_000

/** The end in its order: nobody charges any more, auto-funding finishes, then it is over. A failure ends it at once. */
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
    look({ position, accounts }: PositionView): void {
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
