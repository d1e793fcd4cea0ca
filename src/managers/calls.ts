import { Lazy } from '../base/lazy.ts'
import type { AutoDepositActor } from '../funding/auto-deposit.ts'
import { toDepositPolicy, type AutoDepositConfig } from '../funding/config/auto-deposit-config.ts'
import { createEnsureLedger, type EnsureLedger, type LedgerFundingOptions } from '../funding/ensure-ledger.ts'
import { createOnDemand, type OnDemand, type OnDemandOptions } from '../funding/on-demand.ts'
import type { LedgerFunding } from '../funding/paying.ts'
import { createSubAccountFunding, type SubAccountFundingOptions } from '../funding/sub-account-funding.ts'
import { createTransferLimits, type TransferLimitsOptions } from '../funding/transfer-limits.ts'
import { createPayees, type Payees, type PayeesOptions } from '../provider/payees.ts'
import { claimsOverOn } from '../refunds/claims-over.ts'
import { createRetrievals, type Retrievals, type RetrievalsOptions } from '../refunds/retrieve.ts'
import { createWithdrawals, type Withdrawals, type WithdrawalsOptions } from '../refunds/withdraw.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Lane } from '../transactions/lane.types.ts'
import { createAcknowledgement, type Acknowledgement, type AcknowledgementOptions } from './acknowledgement.ts'
import { createDeposits, type Deposits, type DepositsOptions } from './deposits.ts'
import { checkEnsuring, createFill, type Fill, type FillOptions } from './ensure-funded.ts'
import { createTokens, type Tokens, type TokensOptions } from './tokens.ts'
import { createTransfer, type Transfer, type TransferOptions } from './transfer.ts'

/** Who is paid, and what comes before that question. */
type PayingOptions = PayeesOptions & {
  /** Rejects where nothing can be sent at all. */
  openLane: () => Promise<unknown>
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
}

/** What the calls of the account API do that send. */
export type LedgerCalls = {
  deposits: Deposits
  transfer: Transfer
  retrievals: Retrievals
  withdrawals: Withdrawals
  ensureFunded: Lazy<EnsureLedger>
  startAutoDeposit: (config: AutoDepositConfig) => AutoDepositActor
}

export type LedgerCallsOptions = PayingOptions &
  Omit<DepositsOptions, 'payees'> &
  Omit<TransferOptions, 'payees'> &
  Omit<RetrievalsOptions, 'claimsOver'> &
  Omit<WithdrawalsOptions, 'submit'> &
  Omit<LedgerFundingOptions, 'payer' | 'autoDeposit'> & {
    funding: Lazy<LedgerFunding>
    lane: Lane | null
    locks: AccountLocks
    /** Sends without a wait for those that decide about a sub-account. */
    submitAtOnce: WithdrawalsOptions['submit']
  }

export function ledgerCalls(options: LedgerCallsOptions): LedgerCalls {
  const { lane, locks, submitAtOnce, funding } = options
  const payees = payeesOf(options)
  return {
    deposits: createDeposits({ ...options, payees }),
    transfer: createTransfer({ ...options, payees }),
    retrievals: createRetrievals({ ...options, claimsOver: claimsOverOn(lane, locks) }),
    withdrawals: createWithdrawals({ ...options, submit: submitAtOnce }),
    ensureFunded: new Lazy(() => {
      const { payers: payer, autoDeposit } = funding.part
      return createEnsureLedger({ ...options, payer, autoDeposit })
    }),
    startAutoDeposit(config) {
      const policy = toDepositPolicy(config)
      return funding.part.autoDeposit.start(policy)
    },
  }
}

/** What the calls about the sub-accounts of one service type do that send. */
export type ServiceCalls = {
  checkEnsuring: typeof checkEnsuring
  fill: Fill
  acknowledgement: Acknowledgement
  onDemand: OnDemand
}

export type ServiceCallsOptions = PayingOptions &
  Omit<FillOptions, 'onDemand'> &
  Omit<AcknowledgementOptions, 'onDemand' | 'payees'> &
  Omit<OnDemandOptions, 'fund'> &
  Omit<SubAccountFundingOptions, 'payees' | 'limitsOf'> & { limitFacts: TransferLimitsOptions }

export function serviceCalls(options: ServiceCallsOptions): ServiceCalls {
  const payees = payeesOf(options)
  const limitsOf = createTransferLimits(options.limitFacts)
  const onDemand = createOnDemand({ ...options, fund: createSubAccountFunding({ ...options, payees, limitsOf }) })
  return {
    checkEnsuring,
    onDemand,
    fill: createFill({ ...options, onDemand }),
    acknowledgement: createAcknowledgement({ ...options, payees, onDemand }),
  }
}

/** The same for inference, and for API tokens. */
export type InferenceCalls = ServiceCalls & { tokens: Tokens }

export function inferenceCalls(options: ServiceCallsOptions & TokensOptions): InferenceCalls {
  return { ...serviceCalls(options), tokens: createTokens(options) }
}

/** The check of who is paid. Where nothing can be sent at all, that is said first, without a request. */
function payeesOf(options: PayingOptions): Payees {
  const payees = createPayees(options)
  return {
    ...payees,
    async refusalOf(id) {
      await options.openLane()
      options.refuseWhileClosing('transferFund')
      return payees.refusalOf(id)
    },
  }
}
