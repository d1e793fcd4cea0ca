import { retryAt } from '../../machines/auto-funding/auto-funding.retry.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import { closingState, closingStep } from '../../machines/ledger/ledger.steps.ts'
import type { ClosingStep, Setback } from '../../machines/ledger/ledger.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { Rules } from '../chain/port.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import { ClosingCancelledError, ClosingStuckError, LedgerClosingError } from './errors.ts'
import { setbacksAfter, whatStays } from './setbacks.ts'
import { failureAfter } from '../../machines/auto-funding/auto-funding.retry.ts'
import { intentOfStep, isLastStep } from './step-intent.ts'
import { createClosingWaiters } from './waiters.ts'
import type { CloseOptions, ClosingCancelled, ClosingHold, ClosingStatus } from './types.ts'
import { contractError, ContractError } from '../base/contract-errors.ts'
import { AbortedError, InvalidInputError, SupersededError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { createPositions } from '../streams/positions.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { ClosingIntention } from '../transactions/journal.types.ts'
import type { Lane } from '../transactions/lane.ts'

export type ClosingOptions = {
  wallet: string
  rules: Rules
  lane: Lane | null
  /** The lane, or why nothing can be sent. */
  requireSending: () => Lane
  positions: Pick<ReturnType<typeof createPositions>, 'positions$' | 'fresh' | 'nudge'>
  /** Auto-funding of what is being closed stops first. */
  onBegin: () => void
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** Longer waits are cut short by the interval at which positions are read. */
const SOON = 600

/**
 * Closes the ledger, once somebody wants that, at whatever positions are accepted: each time the next step that follows
 * from the position is sent, unless something is on its way. That it is wanted stands in the journal, so whichever
 * broker of this wallet comes next goes on with it.
 */
export function createClosing({
  wallet,
  rules,
  lane,
  requireSending,
  positions,
  onBegin,
  clock,
  blockClock,
  logger,
}: ClosingOptions) {
  const waiters = createClosingWaiters(positions.positions$)
  /** What this process sent. */
  const own = new WeakSet<Intent>()
  let latest: { position: Position; step: ClosingStep } | null = null
  let setbacks: readonly Setback[] = []
  let failure: Failure | null = null
  let ending = false
  let cancelAlarm = (): void => undefined

  return {
    /** Somebody wants the ledger closed. */
    isWanted: (): boolean => current() !== null,
    /** What is next at this position; null where nobody wants the ledger closed, and where there is none. */
    stepAt: (position: Position): ClosingStep | null => (current() ? stepAt(position) : null),
    status,
    advance,
    /** @throws LedgerClosingError while it is being closed */
    refuse(operation: string): void {
      if (current()) throw new LedgerClosingError(operation)
    },
    async close(options: CloseOptions = {}): Promise<Receipt> {
      const { signal } = options
      const lane = requireSending()
      throwIfAborted(signal)
      const before = lane.workflows.closing.current()
      const position = await positions.fresh(signal)
      throwIfAborted(signal)
      if (!position.ledger) return lastReceipt(before)
      if (!lane.workflows.closing.current()) {
        await lane.workflows.closing.begin(clock.now())
        onBegin()
        logger.info({ wallet }, 'closing the ledger')
      }
      // Whoever asks anew does not wait for what failed before.
      failure = null
      setbacks = []
      const done = waiters.wait(options)
      positions.nudge()
      return done
    },
    async cancel({ signal }: { signal?: AbortSignal | undefined } = {}): Promise<ClosingCancelled> {
      const lane = requireSending()
      const intention = lane.workflows.closing.current()
      if (!intention) throw new InvalidInputError('The ledger is not being closed.')
      if (ending || lane.inFlight().some(({ intent }) => isLastStep(intent)))
        throw new InvalidInputError('It is too late to cancel: the last step is on its way.', { wallet })
      ending = true
      try {
        await lane.workflows.closing.end('cancelled')
      } finally {
        ending = false
      }
      // Somebody may want it closed again before what stays is known.
      const reject = waiters.rejectLater()
      logger.info({ wallet }, 'closing was cancelled')
      try {
        if (!lane.inFlight().some(({ unresolved }) => unresolved)) await lane.idle(isStepOf(intention), signal)
        const cancelled = whatStays(await positions.fresh(signal))
        reject(new ClosingCancelledError(cancelled))
        return cancelled
      } catch (error) {
        reject(latest ? new ClosingCancelledError(whatStays(latest.position)) : error)
        throw error
      }
    },
    /** What is wanted stays wanted: the next broker of this wallet goes on with it. */
    stop: (): void => cancelAlarm(),
  }

  function current(): ClosingIntention | null {
    return lane?.workflows.closing.current() ?? null
  }

  function stepAt(position: Position): ClosingStep | null {
    return closingStep(position, { ...rules, setbacks })
  }

  /** To be called with each accepted position. */
  function advance(position: Position): void {
    const intention = current()
    if (!lane || !intention || ending) return
    const step = stepAt(position)
    // The chain may be read before the receipt that everybody waits for.
    if (!step && lane.inFlight().some(({ intent }) => isLastStep(intent))) return
    if (!step || wasSentBefore(lane, intention)) return void finish('closed')
    latest = { position, step }
    if (step.type === 'stuck') return void finish('stuck', new ClosingStuckError(BigInt(step.amount)))
    wakeUp(step, position)
    if (holdOf(lane, step, position) === null) void take(lane, intention, step)
    tell()
  }

  /**
   * Its withdrawal was mined while no process was there to see what it left. A ledger that exists all the same was opened
   * or filled later, and nobody asked to close that.
   */
  function wasSentBefore({ lastMined }: Lane, intention: ClosingIntention): boolean {
    return lastMined((intent) => isStepOf(intention)(intent) && isLastStep(intent) && !own.has(intent)) !== null
  }

  function holdOf(lane: Lane, step: ClosingStep, { block }: Position): ClosingHold | null {
    const [first] = lane.inFlight()
    if (first) return lane.inFlight().some(({ unresolved }) => unresolved) ? 'unresolved-intent' : 'in-flight'
    return failure && step.type !== 'wait' && block.timestamp < retryAt(failure) ? 'backing-off' : null
  }

  async function take(lane: Lane, { id }: ClosingIntention, step: ClosingStep): Promise<void> {
    try {
      const transaction = intentOfStep(step, rules)
      if (!transaction) return
      const intent = { ...transaction, closing: id }
      own.add(intent)
      await lane.submit(intent, { background: waiters.count() === 0 })
      setbacks = setbacksAfter(setbacks, step, null)
      failure = null
    } catch (error) {
      // The broker is closing, or the nonce went to somebody else: the next position tells what is to be done.
      if (error instanceof AbortedError || error instanceof SupersededError) return
      logger.warn({ err: error, step: step.type }, 'a step of closing failed')
      const at = blockClock.now()
      if (step.type === 'retrieve' && error instanceof ContractError)
        setbacks = setbacksAfter(setbacks, step, { at, message: error.message })
      else failure = failureAfter(failure, { at, error })
      // What the contract refused together may be taken in parts at once.
      if (step.type === 'retrieve' && step.providers.length > 1) positions.nudge()
      tell()
    }
  }

  function status(): ClosingStatus | null {
    const intention = current()
    if (!lane || !intention || !latest) return null
    const { position, step } = latest
    const resting = setbacks.flatMap((one) => one.failure ?? []).toSorted((a, b) => b.at - a.at)
    return {
      since: intention.since,
      block: position.block,
      state: closingState(step),
      step,
      until: step.type === 'wait' ? step.until : null,
      home: position.ledger?.available ?? 0n,
      locked: position.ledger?.locked ?? 0n,
      subAccounts: position.subAccounts.filter(({ balance }) => balance > 0n).length,
      hold: holdOf(lane, step, position),
      failure: failure ?? resting[0] ?? null,
    }
  }

  /** The next position is wanted when the time has come, and not only at the next interval. */
  function wakeUp(step: ClosingStep, { block }: Position): void {
    cancelAlarm()
    if (step.type !== 'wait' || step.until - block.timestamp > SOON) return
    cancelAlarm = clock.after((step.until - block.timestamp) * 1_000, positions.nudge, { idle: true })
  }

  function tell(): void {
    const now = status()
    if (now) waiters.tell(now)
  }

  async function finish(outcome: 'closed' | 'stuck', error?: Error): Promise<void> {
    const intention = current()
    const ended = lane?.workflows.closing.end(outcome)
    setbacks = []
    failure = null
    await ended?.catch((err: unknown) =>
      logger.error({ err }, 'the journal could not be written; the ledger is closed'),
    )
    logger.info({ wallet, outcome }, 'closing is over')
    try {
      if (error) throw error
      waiters.resolve(lastReceipt(intention))
    } catch (reason) {
      waiters.reject(reason)
    }
  }

  /** @throws LedgerNotExistsError where this closing sent nothing that ended it */
  function lastReceipt(intention: ClosingIntention | null): Receipt {
    const last = intention && lane?.lastMined(isStepOf(intention))
    if (last) return last
    throw contractError({ operation: 'closeLedger', errorName: 'LedgerNotExists', errorArgs: { user: wallet } })
  }
}

const isStepOf =
  ({ id }: ClosingIntention) =>
  ({ closing }: Intent): boolean =>
    closing === id

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError('Aborted before anything was sent.')
}
