import type { ServiceType, Wei } from '../position.types.ts'

/** Why a sub-account is not topped up. The list is closed: each reason is documented, and every hold has one. */
export type HoldReason =
  /** Enough is available. */
  | 'sufficient'
  /** Auto-funding is off for it. */
  | 'off'
  /** Auto-funding is on, and paused until it is resumed. */
  | 'paused'
  /** The last reading failed; no transaction is decided on an old position. */
  | 'stale-reading'
  /** A transaction for it is in flight. */
  | 'in-flight'
  /** Another transaction took the nonce of one for it: it ends once that is final, or once a person says what became of it. */
  | 'nonce-spent'
  /** The wallet was asked to send a transaction for it, and did not say whether it did. */
  | 'unresolved-intent'
  /** What was free there before a claim could not be put back yet: the broker tries again, and nothing else is sent there. */
  | 'put-back-pending'
  /** The journal takes no records for now, and nothing is sent that it does not hold. */
  | 'journal-unavailable'
  /** The node's pool holds a transaction of this wallet that the journal does not know: what it pays is unknown. */
  | 'unknown-pending'
  /** Another program with the wallet's key has just sent a transaction: nothing is paid until the wallet is quiet. */
  | 'foreign-transaction'
  /** Its last top-up is mined, and no reading has reached that block yet. */
  | 'settling'
  /** It is idle, or its idle money was asked back, and nothing has used it since: its first charge ends that. */
  | 'idle'
  /** Whether it is idle is being read from the logs. */
  | 'use-unread'
  /** A refund is pending, and a top-up would cancel it. */
  | 'refund-pending'
  /** The provider offers no service any more. */
  | 'provider-unregistered'
  /** The owner of the contracts does not accept the provider's signer: the provider can settle nothing, and serves no wallet. */
  | 'provider-unaccepted'
  /** Whether the provider offers a service could not be read yet. */
  | 'provider-unread'
  /** Its burn jumped, or its unsettled fee is over the cap: a person should look. */
  | 'anomaly'
  /** The provider is new, and has what a new one gets within a day. */
  | 'first-day'
  /** The wallet has no ledger. */
  | 'ledger-missing'
  /** The ledger has less available than this needs. */
  | 'ledger-short'
  /** A deposit into the ledger is on its way: the sub-account waits for it, and is not given a part. */
  | 'deposit-pending'
  /** The ledger is being closed: nothing is deposited. */
  | 'ledger-closing'
  /** The user withdraws from the ledger, or just has: a deposit would undo it. */
  | 'withdrawal'
  /** A deposit would leave more in the ledger than its maximum. */
  | 'ledger-full'
  /** The wallet that deposits has too little, beside what it must keep. */
  | 'wallet-short'
  /** The wallet that deposits could not be read yet. */
  | 'payer-unread'
  /** Without its reserve the ledger has too little. */
  | 'reserve'
  /** The budget of the rolling window is sent, or in flight. */
  | 'budget-exhausted'
  /** The contract's minimum is more than one top-up may send. */
  | 'over-max'
  /** What could be sent is less than the contract's minimum, or worth less than its gas. */
  | 'too-small'
  /** The gas price could not be read yet. */
  | 'gas-unread'
  /** The chain asks for higher fees than the ceiling allows. */
  | 'fees-high'
  /** The wallet has too little for gas, beside the reserve for a full exit. */
  | 'gas-short'
  /** The cooldown since the last top-up is not over. */
  | 'cooling-down'
  /** The last top-up failed; it is tried again later. */
  | 'backing-off'
  /** Another transaction came before its top-up, and nothing was paid: the next reading decides anew. */
  | 'overtaken'
  /** A person must approve it first. */
  | 'awaiting-approval'

/** Why a refund whose lock is over is not auto-claimed now. The list is closed. */
export type ClaimHold =
  /** A top-up goes first. */
  | 'topping-up'
  /** A transaction for the sub-account is in flight, or a claim of it. */
  | 'in-flight'
  /** Auto-funding is paused until it is resumed. */
  | 'paused'
  /** The last reading failed. */
  | 'stale-reading'
  /** The refund is worth less than the gas of the claim, and keeps no top-up waiting. */
  | 'dust'
  /** The gas price could not be read yet. */
  | 'gas-unread'
  /** The wallet has too little for gas, beside the reserve for a full exit. */
  | 'gas-short'
  /** The last attempt failed; it is tried again later. */
  | 'backing-off'

export type AutoFundingInput = { provider: string; serviceType: ServiceType }

export type TopUp = { amount: Wei; transactionHash: string; blockNumber: number }

export type Failure = {
  /** Failures in a row. */
  count: number
  /** Block time of the last one, in seconds. */
  at: number
  message: string
}

export type AutoFundingContext = AutoFundingInput & {
  /** Why it is not topped up; null before the first reading, and during a top-up. */
  reason: HoldReason | null
  /** What the present top-up sends, or sends once it is approved. */
  amount: Wei | null
  /** Block time at which the present top-up was decided, in seconds. */
  decidedAt: number
  lastTopUp: TopUp | null
  topUps: number
  /** Sum of all top-ups of this actor. */
  paid: Wei
  failure: Failure | null
}

export type AutoFundingEvent =
  | { type: 'plan.sufficient' }
  | { type: 'plan.hold'; reason: HoldReason }
  | { type: 'plan.topUp'; amount: Wei; at: number }
  /** The same, once a person has approved it. */
  | { type: 'plan.propose'; amount: Wei; at: number }
  /** A reading at or past the block of the last top-up. */
  | { type: 'reading.caughtUp' }

/** The top-up that the lane is to send. */
export type TopUpRequest = AutoFundingInput & { amount: Wei; decidedAt: number }
/** The person's answer, and when it came, in seconds of block time. */
export type Approval = { approved: boolean; at: number }
/**
 * The receipt of the lane. A rejection may carry its time: an error with `at`, in seconds of block time. An error with
 * `overtaken: true` is no failure: another transaction came first, and nothing was paid.
 */
export type TopUpReceipt = { transactionHash: string; blockNumber: number }
