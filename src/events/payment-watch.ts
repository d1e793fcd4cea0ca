import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Wei } from '../../machines/position.types.ts'
import type { PaymentFacts, PaymentState } from '../funding/funding-report.ts'

/** Tells the listeners of one kind of payment. */
export type PaymentTeller = {
  decided(amount: Wei): void
  approvalWanted(amount: Wei, expiresAt: number): void
  held(hold: { reason: HoldReason; before: HoldReason | null; missing: bigint | null; message: string | null }): void
  released(before: HoldReason): void
  /** It ended without a transaction. */
  failed(amount: Wei, outcome: 'not-sent' | 'overtaken', message: string): void
}

/** Tells what auto-funding of one sub-account, or auto-deposit, decides and waits for. */
export type PaymentWatch = {
  see(state: PaymentState, facts: () => PaymentFacts): void
  /** A transaction of it failed, and was told. */
  transactionFailed(): void
  /** It is off from now on. */
  end(): void
}

/** Holds without an event of their own: enough is there, a payment is under way, or readings fail, which one event tells. */
const UNTOLD: ReadonlySet<HoldReason> = new Set([
  'sufficient',
  'off',
  'in-flight',
  'settling',
  'overtaken',
  'stale-reading',
  // Told as a question, with its amount.
  'awaiting-approval',
])

const isPaying = ({ value }: PaymentState): boolean => value === 'toppingUp' || value === 'depositing'

export function createPaymentWatch(tell: PaymentTeller): PaymentWatch {
  return new StateWatch(tell)
}

class StateWatch implements PaymentWatch {
  readonly #tell: PaymentTeller
  #last: PaymentState | null = null
  /** The hold that was told last, while it lasts. */
  #held: HoldReason | null = null
  /** A transaction of the present payment has failed, and was told. */
  #hasFailed = false

  constructor(tell: PaymentTeller) {
    this.#tell = tell
  }

  see(now: PaymentState, facts: () => PaymentFacts): void {
    const before = this.#last
    this.#last = now
    if (isPaying(now) && !(before && isPaying(before))) this.#decide(now)
    if (isQuestion(now, before)) this.#ask(now, facts)
    if (now.value === 'held') {
      if (before && (isPaying(before) || before.value === 'awaitingApproval')) this.#fail(before, now)
      this.#hold(now, facts)
    }
    if (now.value === 'watching' && now.context.reason === 'sufficient') this.#release()
  }

  transactionFailed(): void {
    this.#hasFailed = true
  }

  end(): void {
    this.#release()
    this.#last = null
  }

  #decide({ context }: PaymentState): void {
    this.#held = null
    this.#hasFailed = false
    this.#tell.decided(context.amount ?? '0')
  }

  #ask({ context }: PaymentState, facts: () => PaymentFacts): void {
    this.#held = null
    this.#tell.approvalWanted(context.amount ?? '0', context.decidedAt + facts().approvalTimeout)
  }

  /** The end of a payment that no transaction tells: it got no nonce, or a person did not approve it. */
  #fail(before: PaymentState, { context }: PaymentState): void {
    const amount = before.context.amount ?? '0'
    const { reason, failure } = context
    const isNew = failure !== null && failure.count !== (before.context.failure?.count ?? 0)
    if (isPaying(before) && reason === 'overtaken') {
      if (!this.#hasFailed)
        this.#tell.failed(amount, 'overtaken', 'Another transaction came first, and nothing was paid.')
    } else if (isNew && !this.#hasFailed) this.#tell.failed(amount, 'not-sent', failure.message)
    this.#hasFailed = false
  }

  #hold({ context: { reason, failure } }: PaymentState, facts: () => PaymentFacts): void {
    if (reason === null || reason === this.#held || UNTOLD.has(reason)) return
    const before = this.#held
    this.#held = reason
    const message = reason === 'backing-off' ? (failure?.message ?? null) : null
    this.#tell.held({ reason, before, missing: facts().missing, message })
  }

  #release(): void {
    if (this.#held !== null) this.#tell.released(this.#held)
    this.#held = null
  }
}

/** Whether a person is asked now who was not asked before, or was asked for another amount. */
function isQuestion({ value, context }: PaymentState, before: PaymentState | null): boolean {
  if (value !== 'awaitingApproval') return false
  const { amount, decidedAt } = context
  return (
    before?.value !== 'awaitingApproval' || before.context.amount !== amount || before.context.decidedAt !== decidedAt
  )
}
