import type { Observable } from 'rxjs'
import type { ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { throwIfAborted } from '../base/abortable.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { AbortedError, InvalidInputError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Rules } from '../chain/port.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { ClosingEnd } from '../transactions/closing-request.ts'
import type { ClosingIntention, ClosingOutcome } from '../transactions/journal.types.ts'
import type { Lane } from '../transactions/lane.types.ts'
import { idleButForDoubt } from '../transactions/settled-idle.ts'
import { createAlarm } from './alarm.ts'
import { createEndProof } from './end-proof.ts'
import { ClosingCancelledError, ClosingStuckError } from './errors.ts'
import { remainderOf } from './remainder.ts'
import { isLastStep, isStepOf } from './step-intent.ts'
import { closingStatusOf } from './status.ts'
import { createStepSender } from './step-sender.ts'
import type { CloseOptions, ClosingCancelled, ClosingStatus } from './types.ts'
import { createClosingWaiters } from './waiters.ts'

export type ClosingOptions = {
  wallet: string
  rules: Rules
  lane: Lane | null
  /** The lane. @throws where nothing can be sent */
  requireSending: () => Promise<Lane>
  positions: PositionSource
  onEnd: (outcome: ClosingOutcome) => void
  blockTimeMs: () => number
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

export type PositionSource = {
  positions$: Observable<unknown>
  /** A position at least as new as every reading so far. */
  fresh: (signal?: AbortSignal) => Promise<Position>
  /** Has the next position read now. */
  nudge: () => void
}

/**
 * Closes the ledger at the user's request, from the positions that the broker accepts: at each of them the step that
 * follows is sent, unless a transaction is in flight. The request stands in the journal, so the next broker of this
 * wallet goes on with it.
 */
export type Closing = {
  /** The next step at a position; null where there is none, or the ledger is not to be closed. */
  stepAt(position: Position): ClosingStep | null
  /** How far closing has come, at the latest position; null where the ledger is not to be closed. */
  status(): ClosingStatus | null
  /** Sends the step that follows from an accepted position. The broker calls it with each of them. */
  advance(position: Position): void
  /** Begins to close the ledger where that has not begun, and waits for its end. */
  close(options?: CloseOptions): Promise<Receipt>
  /** Ends closing before its last step. */
  cancel(options?: { signal?: AbortSignal | undefined }): Promise<ClosingCancelled>
  /** A request has ended, by this broker or another one of this wallet. */
  ended(end: ClosingEnd): void
  /** Stops this process's part. The request stays: the next broker of this wallet goes on with it. */
  stop(): void
}

export function createClosing(options: ClosingOptions): Closing {
  const { wallet, rules, lane, requireSending, positions, onEnd, blockTimeMs, clock, blockClock, logger } = options
  const waiters = createClosingWaiters(positions.positions$)
  const alarm = createAlarm(positions.nudge, clock)
  const steps = lane && createStepSender({ rules, lane, onFailure, blockClock, logger })
  const proof = lane && createEndProof({ lane, lastStepBlock: (one) => lastStepOf(lane, one), blockTimeMs, clock })
  let latest: { position: Position; step: ClosingStep } | null = null
  /** The latest position shows an end that is not proven. */
  let isUnproven = false
  /** The request that a call of this broker cancels: it tells its waiters what is left. */
  let cancelled: ClosingIntention | null = null

  return {
    stepAt: (position) => (current() && steps ? steps.next(position) : null),
    status,
    advance,
    ended,
    async close(how = {}) {
      const { closing } = (await requireSending()).workflows
      throwIfAborted(how.signal)
      const before = closing.current()
      const position = await positions.fresh(how.signal)
      throwIfAborted(how.signal)
      // While a closing waits for the proof of its end, this caller waits with it.
      if (!position.ledger && !closing.current()) return lastReceipt(options, before)
      if (!closing.current()) {
        await closing.begin(clock.now())
        logger.info({ wallet }, 'closing the ledger')
      }
      // A caller that asks anew does not wait for what failed before.
      steps?.forgetFailures()
      const done = waiters.wait(how)
      positions.nudge()
      return done
    },
    async cancel({ signal } = {}) {
      const lane = await requireSending()
      const { intention, reject } = await endRequest(lane)
      logger.info({ wallet }, 'closing was cancelled')
      try {
        if (!lane.inFlight().some(({ inDoubt }) => inDoubt)) await idleButForDoubt(lane, isStepOf(intention), signal)
        const remainder = remainderOf(await positions.fresh(signal))
        reject(new ClosingCancelledError(remainder))
        return remainder
      } catch (error) {
        reject(latest ? new ClosingCancelledError(remainderOf(latest.position)) : error)
        throw error
      }
    },
    stop: alarm.cancel,
  }

  function current(): ClosingIntention | null {
    return lane?.workflows.closing.current() ?? null
  }

  function advance(position: Position): void {
    const intention = current()
    if (!lane || !steps || !proof || !intention || lane.workflows.closing.isEnding()) return
    const step = steps.next(position)
    // A position may show the last step before its receipt arrives.
    if (!step && lane.inFlight().some(({ intent }) => isLastStep(intent))) return
    // An earlier process sent the last step. A ledger that exists all the same was opened or filled after that, and the
    // request says nothing about it.
    if (steps.isEndedByEarlierProcess(intention)) return void finish('closed')
    const end = step === null ? 'gone' : step.type === 'stuck' ? 'stuck' : null
    const isProven = proof.isProven(intention, position, end)
    isUnproven = end !== null && !isProven
    const until = proof.until() ?? position.block.timestamp
    latest = { position, step: step ?? { type: 'wait', until } }
    if (isProven) return void finish(end === 'stuck' ? 'stuck' : 'closed')
    alarm.set(isUnproven ? { type: 'wait', until } : latest.step, position.block)
    if (step && !isUnproven && steps.holdOf(step, position.block) === null)
      void steps.send(step, intention, { background: waiters.count() === 0, onSent: waiters.sent })
    report()
  }

  function onFailure(step: ClosingStep): void {
    // Providers that the contract refused together may be accepted in smaller batches at once.
    if (step.type === 'retrieve' && step.providers.length > 1) positions.nudge()
    report()
  }

  function status(): ClosingStatus | null {
    const intention = current()
    if (!steps || !intention || !latest) return null
    const hold = isUnproven ? 'end-unproven' : steps.holdOf(latest.step, latest.position.block)
    return closingStatusOf(latest, { since: intention.since, hold, failure: steps.failure() })
  }

  function report(): void {
    const now = status()
    if (now) waiters.report(now)
  }

  /** @returns the request, and what rejects the callers that wait for it */
  async function endRequest(lane: Lane) {
    const { closing } = lane.workflows
    const intention = closing.current()
    if (!intention) throw new InvalidInputError('The ledger is not being closed.')
    const last = lane.inFlight().find(({ intent }) => isLastStep(intent))
    if (closing.isEnding() || last)
      throw new InvalidInputError('It is too late to cancel: the last step is on its way.', {
        wallet,
        do:
          last?.inDoubt === true ? 'call resolveIntent(id) with its hash or "not-sent", then cancel again' : undefined,
      })
    cancelled = intention
    try {
      await closing.end('cancelled')
    } finally {
      cancelled = null
    }
    // A caller may have the ledger closed again before the remainder is read: it waits for the new request.
    return { intention, reject: waiters.rejectLater() }
  }

  async function finish(outcome: 'closed' | 'stuck'): Promise<void> {
    await lane?.workflows.closing
      .end(outcome)
      .catch((err: unknown) => logger.error({ err }, 'the journal could not be written; the ledger is closed'))
  }

  function ended({ request, outcome }: ClosingEnd): void {
    steps?.forgetFailures()
    isUnproven = false
    if (outcome !== 'cancelled') logger.info({ wallet, outcome }, 'closing is over')
    onEnd(outcome)
    if (cancelled?.id === request.id) return
    try {
      if (outcome === 'closed') waiters.resolve(lastReceipt(options, request))
      else waiters.reject(errorOf(outcome))
    } catch (reason) {
      waiters.reject(reason)
    }
  }

  function errorOf(outcome: 'cancelled' | 'stuck'): Error {
    if (outcome === 'stuck')
      return new ClosingStuckError(latest?.step.type === 'stuck' ? BigInt(latest.step.amount) : 0n)
    return latest
      ? new ClosingCancelledError(remainderOf(latest.position))
      : new AbortedError('Closing was cancelled by another broker of this wallet.')
  }
}

/** The block of the step by which a closing may have ended; null where none is mined. */
function lastStepOf(lane: Lane, closing: ClosingIntention): number | null {
  const isOfClosing = isStepOf(closing)
  return lane.lastMined((intent) => isOfClosing(intent) && isLastStep(intent))?.blockNumber ?? null
}

/** @throws LedgerNotExistsError where the closing sent nothing, or there is none */
function lastReceipt({ wallet, lane }: ClosingOptions, closing: ClosingIntention | null): Receipt {
  const last = closing && lane?.lastMined(isStepOf(closing))
  if (last) return last
  throw contractRefusal({ operation: 'closeLedger', errorName: 'LedgerNotExists', errorArgs: { user: wallet } })
}
