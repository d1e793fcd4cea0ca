import type { Failure, HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Wei } from '../../machines/position.types.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'

/** The chart of auto-funding of one sub-account, or of auto-deposit, as it is now. */
export type PaymentState = {
  value: 'watching' | 'held' | 'awaitingApproval' | 'toppingUp' | 'depositing' | 'settling'
  context: { reason: HoldReason | null; amount: Wei | null; decidedAt: number; failure: Failure | null }
}

/** What plan and policy say beside it. */
export type PaymentFacts = {
  /** What a held payment would take, in wei; null where that is not known. */
  missing: bigint | null
  /** Seconds. */
  approvalTimeout: number
}

/** Hears of each change of the charts of auto-funding and auto-deposit. */
export type FundingReport = {
  seeTopUp(id: SubAccountId, state: PaymentState, facts: () => PaymentFacts): void
  /** Auto-funding of a sub-account is off from now on. */
  endTopUp(id: SubAccountId): void
  seeDeposit(state: PaymentState, facts: () => PaymentFacts): void
  endDeposit(): void
}
