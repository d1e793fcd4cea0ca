import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { FundingReport } from '../funding/funding-report.ts'
import type { Emit } from './emit.ts'
import { messageOf } from './message.ts'
import { createPaymentWatch, type PaymentTeller, type PaymentWatch } from './payment-watch.ts'

/** Tells what auto-funding and auto-deposit decide and wait for, from the states of their charts. */
export type FundingWatch = FundingReport & {
  /** A transaction of auto-funding failed, and was told; `null`: of auto-deposit. */
  transactionFailed(id: SubAccountId | null): void
}

export function createFundingWatch(emit: Emit): FundingWatch {
  const topUps = new Map<string, PaymentWatch>()
  const deposit = createPaymentWatch(depositTeller(emit))

  return {
    seeTopUp(id, state, facts) {
      const watch = topUps.get(keyOf(id)) ?? createPaymentWatch(topUpTeller(id, emit))
      topUps.set(keyOf(id), watch)
      watch.see(state, facts)
    },
    endTopUp(id) {
      topUps.get(keyOf(id))?.end()
      topUps.delete(keyOf(id))
    },
    seeDeposit: deposit.see,
    endDeposit: deposit.end,
    transactionFailed: (id) => (id ? topUps.get(keyOf(id)) : deposit)?.transactionFailed(),
  }
}

/** What a payment says that got no nonce. */
const UNSENT = { automatic: true, transaction: null, hash: null, nonce: null, fee: null } as const

function topUpTeller({ provider, serviceType }: SubAccountId, emit: Emit): PaymentTeller {
  const id = { provider, serviceType }
  const payment = { ...UNSENT, operation: 'transferFund' }
  return {
    decided: (amount) => emit({ type: 'top-up.decided', ...id, amount }),
    approvalWanted: (amount, expiresAt) => emit({ type: 'top-up.approval-wanted', ...id, amount, expiresAt }),
    held: (hold) => emit({ type: 'top-up.held', ...id, ...holdFields(hold) }),
    released: (before) => emit({ type: 'top-up.released', ...id, before }),
    failed: (amount, outcome, message) =>
      emit({ type: 'top-up.failed', ...id, ...payment, amount, outcome, message: messageOf(message) }),
  }
}

function depositTeller(emit: Emit): PaymentTeller {
  const payment = { ...UNSENT, operation: 'depositFund' }
  return {
    decided: (amount) => emit({ type: 'deposit.decided', amount }),
    approvalWanted: (amount, expiresAt) => emit({ type: 'deposit.approval-wanted', amount, expiresAt }),
    held: (hold) => emit({ type: 'deposit.held', ...holdFields(hold) }),
    released: (before) => emit({ type: 'deposit.released', before }),
    failed: (amount, outcome, message) =>
      emit({ type: 'deposit.failed', ...payment, amount, outcome, message: messageOf(message) }),
  }
}

function holdFields({ reason, before, missing, message }: Parameters<PaymentTeller['held']>[0]) {
  return {
    reason,
    before,
    missing: missing === null ? null : (`${missing}` as const),
    message: message === null ? null : messageOf(message),
  }
}
