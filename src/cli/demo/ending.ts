import type { PositionView } from '../screen/view.ts'

export type EndingOptions = {
  /** The ending begins after so many seconds; null where only the signal begins it. */
  seconds: number | null
  signal: AbortSignal
  /** Stops the providers, and resolves with the block of the last charge. */
  stopCharging: () => Promise<number>
  /** Called once, when the ending begins. */
  onBegin: (cause: 'time' | 'signal') => void
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
export const GRACE_MS = 20_000

/** Ends the demo in order: the providers stop charging, auto-funding finishes, then it is over. A failure ends it at once. */
export function planEnding({ seconds, signal, stopCharging, onBegin }: EndingOptions): Ending {
  const over = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const startedAt = Date.now()
  let begunAt: number | null = null
  let lastCharge = Infinity
  let failure: { error: unknown } | null = null

  if (seconds !== null) timers.add(setTimeout(() => begin('time'), seconds * 1_000))
  const onSignal = () => begin('signal')
  if (signal.aborted) onSignal()
  else signal.addEventListener('abort', onSignal, { once: true })

  return {
    over: over.signal,
    fail,
    hasBegun: () => begunAt !== null,
    onPosition({ position, accounts }: PositionView): void {
      if (unfinishedIn({ accounts }).length === 0 && position.block.number >= lastCharge) over.abort()
    },
    close(): number {
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener('abort', onSignal)
      if (failure) throw failure.error
      return Math.round(((begunAt ?? Date.now()) - startedAt) / 1_000)
    },
  }

  function begin(cause: 'time' | 'signal'): void {
    if (begunAt !== null) return
    begunAt = Date.now()
    onBegin(cause)
    timers.add(setTimeout(() => over.abort(), GRACE_MS))
    stopCharging().then((block) => (lastCharge = block), fail)
  }

  function fail(error: unknown): void {
    failure ??= { error }
    over.abort()
  }
}

/** The sub-accounts that auto-funding still has to do something about; those that a person holds are none. */
export function unfinishedIn({ accounts }: Pick<PositionView, 'accounts'>): PositionView['accounts'] {
  return accounts.filter((one) => !isHeldByPerson(one) && !(one.spendable && one.autoFunding?.state === 'watching'))
}

/** Whether a person decided on the page that nothing is sent there. */
export function isHeldByPerson({ decision, autoFunding }: PositionView['accounts'][number]): boolean {
  if (!autoFunding) return true
  return decision?.action === 'hold' && BY_PERSON.has(decision.reason)
}

const BY_PERSON: ReadonlySet<string> = new Set(['paused', 'refund-pending', 'ledger-closing', 'withdrawal', 'off'])
