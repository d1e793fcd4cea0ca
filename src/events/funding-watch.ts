import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Wei } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { FundingReport, PaymentFacts, PaymentState } from '../funding/funding-report.ts'
import type { Emit } from './emit.ts'
import { messageOf } from './message.ts'
import { createPaymentWatch, type PaymentTeller, type PaymentWatch } from './payment-watch.ts'

/** Tells what auto-funding and auto-deposit decide and wait for, from the states of their charts. */
export type FundingWatch = FundingReport & {
  /** A transaction of auto-funding failed, and was told; `null`: of auto-deposit. */
  transactionFailed(id: SubAccountId | null): void
}

export function createFundingWatch(emit: Emit): FundingWatch {
  return new ChartWatch(emit)
}

class ChartWatch implements FundingWatch {
  readonly #emit: Emit
  readonly #topUps = new Map<string, PaymentWatch>()
  readonly #deposit: PaymentWatch

  constructor(emit: Emit) {
    this.#emit = emit
    this.#deposit = createPaymentWatch(new DepositTeller(emit))
  }

  seeTopUp({ provider, serviceType }: SubAccountId, state: PaymentState, facts: () => PaymentFacts): void {
    const id = { provider, serviceType }
    const watch = this.#topUps.get(keyOf(id)) ?? createPaymentWatch(new TopUpTeller(id, this.#emit))
    this.#topUps.set(keyOf(id), watch)
    watch.see(state, facts)
  }

  endTopUp(id: SubAccountId): void {
    this.#topUps.get(keyOf(id))?.end()
    this.#topUps.delete(keyOf(id))
  }

  seeDeposit(state: PaymentState, facts: () => PaymentFacts): void {
    this.#deposit.see(state, facts)
  }

  endDeposit(): void {
    this.#deposit.end()
  }

  transactionFailed(id: SubAccountId | null): void {
    const watch = id ? this.#topUps.get(keyOf(id)) : this.#deposit
    watch?.transactionFailed()
  }
}

/** What a payment says that got no nonce. */
const UNSENT = { automatic: true, transaction: null, hash: null, nonce: null, fee: null } as const

class TopUpTeller implements PaymentTeller {
  readonly #id: SubAccountId
  readonly #emit: Emit

  constructor(id: SubAccountId, emit: Emit) {
    this.#id = id
    this.#emit = emit
  }

  decided(amount: Wei): void {
    this.#emit({ type: 'top-up.decided', ...this.#id, amount })
  }

  approvalWanted(amount: Wei, expiresAt: number): void {
    this.#emit({ type: 'top-up.approval-wanted', ...this.#id, amount, expiresAt })
  }

  held(hold: Hold): void {
    this.#emit({ type: 'top-up.held', ...this.#id, ...holdFields(hold) })
  }

  released(before: HoldReason): void {
    this.#emit({ type: 'top-up.released', ...this.#id, before })
  }

  failed(amount: Wei, outcome: 'not-sent' | 'overtaken', message: string): void {
    const payment = { ...UNSENT, operation: 'transferFund', amount, outcome, message: messageOf(message) }
    this.#emit({ type: 'top-up.failed', ...this.#id, ...payment })
  }
}

class DepositTeller implements PaymentTeller {
  readonly #emit: Emit

  constructor(emit: Emit) {
    this.#emit = emit
  }

  decided(amount: Wei): void {
    this.#emit({ type: 'deposit.decided', amount })
  }

  approvalWanted(amount: Wei, expiresAt: number): void {
    this.#emit({ type: 'deposit.approval-wanted', amount, expiresAt })
  }

  held(hold: Hold): void {
    this.#emit({ type: 'deposit.held', ...holdFields(hold) })
  }

  released(before: HoldReason): void {
    this.#emit({ type: 'deposit.released', before })
  }

  failed(amount: Wei, outcome: 'not-sent' | 'overtaken', message: string): void {
    const payment = { ...UNSENT, operation: 'depositFund', amount, outcome, message: messageOf(message) }
    this.#emit({ type: 'deposit.failed', ...payment })
  }
}

type Hold = Parameters<PaymentTeller['held']>[0]

function holdFields({ reason, before, missing, message }: Hold) {
  return {
    reason,
    before,
    missing: missing === null ? null : (`${missing}` as const),
    message: message === null ? null : messageOf(message),
  }
}
