import { failureAfter, isBackingOff } from '../../machines/auto-funding/auto-funding.retry.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import { closingStep } from '../../machines/ledger/ledger.steps.ts'
import type { ClosingStep, Setback } from '../../machines/ledger/ledger.types.ts'
import type { Block, Position } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { ContractError } from '../base/contract-errors.ts'
import { AbortedError } from '../base/errors.ts'
import { SupersededError } from '../base/sending-errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Rules } from '../chain/port.ts'
import type { ClosingIntention } from '../transactions/journal.types.ts'
import type { Lane, SubmitOptions } from '../transactions/lane.types.ts'
import { isTooMuchGas } from '../transactions/too-much-gas.ts'
import { setbacksAfter } from './setbacks.ts'
import { intentOfStep, isLastStep, isStepOf } from './step-intent.ts'
import type { ClosingHold } from './types.ts'

export type StepSenderOptions = {
  rules: Rules
  lane: Pick<Lane, 'submit' | 'inFlight' | 'lastMined' | 'workflows'>
  /** Called after a step failed, once the failure counts. */
  onFailure: (step: ClosingStep) => void
  blockClock: BlockClock
  logger: Logger
}

/** Sends the steps of a closing, and remembers which of them failed. */
export type StepSender = {
  /** The step that follows from a position, after what failed so far; null where nothing is left to do. */
  next(position: Position): ClosingStep | null
  /** Why a step that is due is not sent; null where it is. */
  holdOf(step: ClosingStep, block: Block): ClosingHold | null
  send(step: ClosingStep, closing: ClosingIntention, how: Pick<SubmitOptions, 'background' | 'onSent'>): Promise<void>
  /** The failure that the closing waits for; null while there is none. */
  failure(): Failure | null
  /** Forgets what failed: the next step is sent without a wait. */
  forgetFailures(): void
  /** Whether an earlier process sent the last step, and it is mined. */
  isEndedByEarlierProcess(closing: ClosingIntention): boolean
}

export function createStepSender({ rules, lane, onFailure, blockClock, logger }: StepSenderOptions): StepSender {
  const own = lane.workflows.closing.sentHere
  let setbacks: readonly Setback[] = []
  let failure: Failure | null = null

  return {
    next: (position) => closingStep(position, { ...rules, setbacks }),
    holdOf(step, block) {
      const flights = lane.inFlight()
      if (flights.some(({ unresolved }) => unresolved)) return 'unresolved-intent'
      if (flights.length > 0) return flights.some(({ nonceSpent }) => nonceSpent) ? 'nonce-spent' : 'in-flight'
      return step.type !== 'wait' && isBackingOff(failure, block.timestamp) ? 'backing-off' : null
    },
    async send(step, closing, how) {
      try {
        const transaction = intentOfStep(step, rules)
        if (!transaction) return
        const intent = { ...transaction, closing: closing.id }
        own.add(intent)
        await lane.submit(intent, how)
        setbacks = setbacksAfter(setbacks, step, null)
        failure = null
      } catch (error) {
        // The broker closes, or another transaction took the nonce: the next position shows what is left to do.
        if (error instanceof AbortedError || error instanceof SupersededError) return
        logger.warn({ err: error, step: step.type }, 'a step of closing failed')
        noteFailure(step, error)
        onFailure(step)
      }
    },
    failure() {
      const resting = setbacks.flatMap((one) => one.failure ?? []).toSorted((a, b) => b.at - a.at)
      return failure ?? resting[0] ?? null
    },
    forgetFailures() {
      failure = null
      setbacks = []
    },
    isEndedByEarlierProcess(closing) {
      const isOfClosing = isStepOf(closing)
      return lane.lastMined((intent) => isOfClosing(intent) && isLastStep(intent) && !own.has(intent)) !== null
    },
  }

  function noteFailure(step: ClosingStep, error: unknown): void {
    const at = blockClock.now()
    if (step.type === 'retrieve' && error instanceof Error && isOfBatch(step, error))
      setbacks = setbacksAfter(setbacks, step, { at, message: error.message })
    else failure = failureAfter(failure, { at, error })
  }
}

/** Whether some of the providers of a retrieve may be accepted without the others. */
function isOfBatch({ providers }: Extract<ClosingStep, { type: 'retrieve' }>, error: Error): boolean {
  return error instanceof ContractError || (providers.length > 1 && isTooMuchGas(error))
}
