import {
  catchError,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  Observable,
  race,
  repeat,
  ReplaySubject,
  share,
  Subject,
  take,
  takeUntil,
} from 'rxjs'
import type { Position } from '../../machines/position.types.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError, StaleReadingError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { createSerialQueue } from '../base/serial.ts'
import { wait } from './wait.ts'

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000

/** How the reading goes: nothing that fails is silent. */
export type PositionStatus = {
  /** Block of the newest position; null before the first. */
  block: number | null
  /** Failed readings in a row. */
  failures: number
  /** What the last reading failed with; null once one succeeds. */
  error: Error | null
  /** Readings dropped because they were older than one already seen, or than the wallet's own last receipt. */
  dropped: number
}

/** Positions as they are read, and how the reading goes. Reading starts with the first subscriber. */
export type PositionStream = Observable<Position> & { readonly status: PositionStatus }

export type PositionsOptions = {
  read: () => Promise<Position>
  intervalMs: number
  blockTimeMs: () => number
  onBlock: ((listener: (blockNumber: number) => void) => () => void) | null
  /** A block that was seen already: nothing older is accepted. */
  notBefore: number
  /** What must be known beside a position before anything is decided on it; when it fails, so does the reading. */
  prepare: (position: Position) => Promise<void>
  /** Hears each accepted position before any subscriber does. */
  accept: (position: Position) => void
  /** Hears of each reading that failed. */
  onFailure?: () => void
  clock: Clock
  logger: Logger
}

/**
 * A wallet's positions: the first at once, then every interval, after each own receipt, and on each block where the
 * provider can say so. Never two reads at a time, and never back to an older block.
 */
export function createPositions(options: PositionsOptions) {
  const { read, intervalMs, blockTimeMs, onBlock, prepare, accept, clock, logger } = options
  const accepted$ = new Subject<Position>()
  const closed$ = new ReplaySubject<void>(1)
  const nudge$ = new Subject<void>()
  let status: PositionStatus = { block: null, failures: 0, error: null, dropped: 0 }
  let interval = intervalMs
  let floor = options.notBefore
  let due = false
  let closed = false
  const inTurn = createSerialQueue()

  const blocks$ = onBlock ? new Observable<never>((subscriber) => subscriber.add(onBlock(() => nudge()))) : EMPTY

  const loop$ = defer(() => {
    due = false
    return readNext()
  }).pipe(
    catchError(() => EMPTY), // it is in the status and in the log
    repeat({ delay: () => (due ? wait(0, clock) : race(wait(delayMs(), clock), nudge$.pipe(take(1)))) }),
    ignoreElements(),
  )

  const positions$ = merge(accepted$, loop$, blocks$).pipe(
    takeUntil(closed$),
    share({ connector: () => new ReplaySubject(1) }),
  )

  return {
    positions$: Object.defineProperty(positions$, 'status', { get: () => status }) as PositionStream,
    nudge,
    /** One position that is at least as new as everything seen, and as the wallet's own last receipt. */
    async fresh(signal?: AbortSignal): Promise<Position> {
      const giveUpAt = clock.now() + LONGEST_RETRY_MS
      for (;;) {
        const before = floor
        try {
          return await readNext()
        } catch (error) {
          if (!(error instanceof StaleReadingError) || signal?.aborted || clock.now() > giveUpAt) throw error
          // What was overtaken by an own receipt shows it when it is read anew; a node that lags needs time.
          if (floor === before) await new Promise<void>((resolve) => void clock.after(paceMs(), resolve))
        }
      }
    },
    /** Nothing before this block is accepted any more: the wallet has a receipt in it. */
    notBefore(block: number): void {
      floor = Math.max(floor, block)
    },
    /** Whether the wallet has a receipt that a position of this block does not show. */
    isOvertaken: (block: number): boolean => block < floor,
    setIntervalMs(ms: number): void {
      interval = ms
    },
    close(): void {
      closed = true
      closed$.next()
    },
  }

  function nudge(): void {
    due = true
    nudge$.next()
  }

  /** Reads wait for one another, whoever asks. */
  function readNext(): Promise<Position> {
    return inTurn(readOnce)
  }

  async function readOnce(): Promise<Position> {
    try {
      const position = await read()
      checkAge(position)
      await prepare(position)
      // Meanwhile a receipt may have come that this position does not show.
      checkAge(position)
      accept(position)
      status = { ...status, block: position.block.number, failures: 0, error: null }
      accepted$.next(position)
      return position
    } catch (error) {
      if (!closed) failed(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  function checkAge({ block }: Position): void {
    if (closed) throw new AbortedError('The broker was closed while it was reading.')
    const least = Math.max(floor, status.block ?? -1)
    if (block.number < least)
      throw new StaleReadingError({ answered: `block ${block.number}`, 'at least': `block ${least}` })
  }

  function failed(error: Error): void {
    const isStale = error instanceof StaleReadingError
    status = { ...status, failures: status.failures + 1, error, dropped: status.dropped + (isStale ? 1 : 0) }
    logger.warn({ err: error, failures: status.failures }, isStale ? 'reading dropped' : 'reading failed')
    options.onFailure?.()
  }

  function delayMs(): number {
    if (status.failures === 0) return interval
    if (status.error instanceof StaleReadingError) return Math.min(interval, paceMs())
    return Math.min(Math.min(interval, FIRST_RETRY_MS) * 2 ** (status.failures - 1), LONGEST_RETRY_MS)
  }

  function paceMs(): number {
    return Math.min(Math.max(blockTimeMs() / 2, 100), 2_000)
  }
}
