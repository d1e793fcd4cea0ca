import type { Position } from '../../machines/position.types.ts'
import { abortable } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError } from '../base/errors.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import type { KnownBlock, SharedTime } from '../base/known-block.ts'
import type { Logger } from '../base/logger.ts'
import { createBlockFloor } from './block-floor.ts'
import { isDropped } from './dropped-reading.ts'
import { createPlausibility } from './plausibility.ts'
import { createReadingRecord } from './position-status.ts'
import { createPreparedReading } from './prepared-reading.ts'
import { createReadingLoop } from './reading-loop.ts'
import { lagDelay, LONGEST_RETRY_MS, readingDelay } from './retry-delay.ts'
import { SharedPositions, type PositionStream } from './shared-positions.ts'

export type { PositionStatus } from './position-status.ts'
export type { PositionStream } from './shared-positions.ts'

/** A position is shared between callers for this long. */
const SHARED_MS = 1_000

/** A reading that failed, and how many did in a row. */
export type ReadingFailure = { isOutage: boolean; failures: number; error: Error }

export type PositionsOptions = {
  read: () => Promise<Position>
  /** Asks whether the position is still what it was; null, and the promise of it, where it must be read. */
  look?: (() => Promise<Position | null> | null) | null | undefined
  intervalMs: number
  /** Milliseconds into each interval at which the position is read, so that wallets are read together; left out, it does not matter. */
  phaseMs?: (() => number) | undefined
  blockTimeMs: () => number
  onBlock: ((listener: () => void) => () => void) | null
  /** Whether a socket announces blocks; null for a provider without one. */
  socket?: (() => 'open' | 'closed') | null
  /** The block at which the chain was opened: the stream accepts no older reading. */
  notBefore: number
  /** The latest block that the journal knows. */
  known?: () => KnownBlock | null
  /** What other brokers on the chain have read of its time. */
  time?: SharedTime | undefined
  /** Timestamp of a block in seconds, which proves a reading whose block time jumps; null where the node does not have the block. */
  timestampOf?: (blockNumber: number) => Promise<number | null>
  /** Reads what a decision needs beside the position; null where it needs nothing. When it fails, the reading fails. */
  prepare: (position: Position) => Promise<void> | null
  /** Receives each accepted position before any subscriber does. */
  accept: (position: Position) => void
  /**
   * Called after each failed reading. It is an outage once the newest position is older than the interval and one retry:
   * one lost or lagging answer is none. A failure that no retry ends, such as a closed socket, is one at once.
   */
  onFailure?: (failure: ReadingFailure) => void
  /** Called after each reading with its outcome, and how long it took in milliseconds. */
  onReading?: (result: 'ok' | 'failed' | 'dropped', ms: number) => void
  /** Called with each `nudge()`: the caller has changed something that plans depend on. */
  onNudge?: () => void
  clock: Clock
  logger: Logger
}

export type Positions = {
  positions$: PositionStream
  /** Reads again as soon as the current reading ends. */
  nudge(): void
  /** Reads one position that is at least as new as every accepted one and as the wallet's last receipt. */
  fresh(signal?: AbortSignal): Promise<Position>
  /**
   * Reads for one caller: as `fresh`, or the newest position where its reading began after this call, within the last second, and
   * shows every receipt so far. Callers that wait for one another then take one reading for all of them.
   */
  sharing(): (signal?: AbortSignal) => Promise<Position>
  /** Refuses every reading below this block: the wallet has a receipt in it. */
  notBefore(block: number): void
  /** Whether the wallet has a receipt that a position of this block does not show. */
  isOvertaken(block: number): boolean
  setIntervalMs(ms: number): void
  close(): void
}

/**
 * Reads a wallet's positions: at once, then every interval, after each of the wallet's receipts, and on each block that
 * the provider announces. Readings never overlap and never go back to an older block.
 */
export function createPositions(options: PositionsOptions): Positions {
  const { read, intervalMs, blockTimeMs, onBlock, prepare, accept, clock, logger } = options
  const { look = null, notBefore, known, time, timestampOf } = options
  const { now } = clock
  const floor = createBlockFloor({ notBefore, blockTimeMs, now })
  const plausibility = createPlausibility({ notBefore, known, time, blockTimeMs, now, timestampOf })
  const record = createReadingRecord(clock, options.socket ?? null)
  let interval = intervalMs
  /** When the newest position was accepted; before the first, when the first reading began. */
  let acceptedAt: number | null = null
  /** How many readings have begun. */
  let begun = 0
  /** With the receipts that it shows. */
  let newest: { position: Position; reading: number; at: number; receipts: number } | null = null
  /** The reading under way, and the one that waits for it. */
  let current: Promise<Position> | null = null
  let queued: Promise<Position> | null = null
  let closed = false
  // readOnce() puts the error of a reading into the status and the log.
  const loop = createReadingLoop({ read: readNext, delayMs, clock })
  const readPrepared = createPreparedReading({
    look,
    read,
    prepare,
    floor,
    plausibility,
    throwIfClosed,
    onAgain: loop.served,
  })
  const elapsed = clock.elapsed ?? clock.now

  const shared = new SharedPositions({
    begin() {
      const stop = loop.start()
      const stopListening = onBlock?.(loop.readAgain)
      return () => {
        stop()
        stopListening?.()
      }
    },
    status: () => record.status(interval),
  })

  return {
    positions$: shared.stream,
    nudge() {
      options.onNudge?.()
      loop.readAgain()
    },
    fresh,
    sharing() {
      const earlier = begun
      return async (signal) => {
        const isShared = newest !== null && newest.reading > earlier && clock.now() - newest.at <= SHARED_MS
        return newest && isShared && newest.receipts === floor.receipts() ? newest.position : fresh(signal)
      }
    },
    notBefore: floor.raise,
    isOvertaken: floor.isAbove,
    setIntervalMs(ms) {
      interval = ms
    },
    close() {
      closed = true
      shared.close()
    },
  }

  async function fresh(signal?: AbortSignal): Promise<Position> {
    if (closed) throw new AbortedError('The broker is closed; nothing was read.')
    const giveUpAt = clock.now() + LONGEST_RETRY_MS
    for (;;) {
      const before = floor.current()
      try {
        // The reading itself goes on: others may wait for it.
        return await abortable(readNext(), signal)
      } catch (error) {
        if (!isDropped(error) || signal?.aborted || clock.now() > giveUpAt) throw error
        // A receipt that raised the floor shows in the next reading; a node that lags needs time.
        if (floor.current() === before) await pause(lagDelay(blockTimeMs()), clock, signal)
      }
    }
  }

  /** Queues a reading behind the current one, or joins the one that is queued: it has not begun, so it is as fresh. */
  function readNext(): Promise<Position> {
    return (queued ??= (current ?? NOW).then(begin, begin))
  }

  function begin(): Promise<Position> {
    queued = null
    return (current = readOnce())
  }

  async function readOnce(): Promise<Position> {
    const reading = (begun += 1)
    acceptedAt ??= clock.now()
    const start = elapsed()
    try {
      return await readPrepared((position) => {
        const { block } = position
        floor.accept(block.number)
        plausibility.accept(block)
        accept(position)
        acceptedAt = clock.now()
        newest = { position, reading, at: acceptedAt, receipts: floor.receipts() }
        record.succeeded(block.number)
        options.onReading?.('ok', elapsed() - start)
        shared.next(position)
      })
    } catch (error) {
      if (!closed) failed(error instanceof Error ? error : new Error(String(error)), elapsed() - start)
      throw error
    } finally {
      current = null
    }
  }

  function throwIfClosed(): void {
    if (closed) throw new AbortedError('The broker was closed while it was reading.')
  }

  function failed(error: Error, ms: number): void {
    options.onReading?.(isDropped(error) ? 'dropped' : 'failed', ms)
    record.failed(error)
    const { failures } = record.failures()
    logger.warn({ err: error, failures }, isDropped(error) ? 'reading dropped' : 'reading failed')
    options.onFailure?.({ isOutage: isOutage(error), failures, error })
  }

  function isOutage(error: Error): boolean {
    if (isFinal(error)) return true
    // The node answered: a receipt came during the reading, or one replica lags. The next reading tells.
    if (isDropped(error) && record.failures().failures === 1) return false
    const retry = readingDelay({ failures: 1, error }, { intervalMs: interval, blockTimeMs: blockTimeMs() })
    return acceptedAt !== null && clock.now() - acceptedAt >= interval + retry
  }

  function delayMs(): number {
    const failures = record.failures()
    const delay = readingDelay(failures, { intervalMs: interval, blockTimeMs: blockTimeMs() })
    if (!options.phaseMs || failures.failures > 0) return delay
    return untilPhase({ now: clock.now(), interval, phase: options.phaseMs() })
  }
}

/** Before a reading that waits for no other. */
const NOW = Promise.resolve()

function pause(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return abortable(new Promise<void>((resolve) => void clock.after(ms, resolve)), signal)
}

/** Milliseconds to the next time at which a phase of the interval begins. */
function untilPhase({ now, interval, phase }: { now: number; interval: number; phase: number }): number {
  const into = (((now - phase) % interval) + interval) % interval
  return interval - into
}

/** Whether no later reading can succeed. */
const isFinal = (error: Error): boolean => error instanceof OgLedgerError && !error.retryable
