import type { ServiceType, Wei } from '../position.types.ts'

/** Why nothing is done about a sub-account. The list is closed: each is documented, and every hold has one. */
export type HoldReason =
  /** Enough is available. */
  | 'sufficient'
  /** Auto-funding is not on for it. */
  | 'off'
  /** Auto-funding is on and rests until it is resumed. */
  | 'paused'
  /** The chain could not be read of late; nothing is decided on an old position. */
  | 'stale-reading'
  /** A transaction for it was sent and is not mined yet. */
  | 'in-flight'
  /** A wallet was asked to send a transaction for it and never said whether it did. */
  | 'unresolved-intent'
  /** Its last top-up is mined; a reading from that block on is awaited. */
  | 'settling'
  /** A refund is pending; topping up would undo it. */
  | 'refund-pending'
  /** The provider offers no service any more. */
  | 'provider-unregistered'
  /** The owner of the contracts does not accept the provider's signer: the provider can settle nothing, and serves no wallet. */
  | 'provider-unaccepted'
  /** Whether the provider offers a service could not be read yet. */
  | 'provider-unread'
  /** Its burn or its unsettled fee jumped far beyond what was usual; somebody should look. */
  | 'anomaly'
  /** The wallet has no ledger. */
  | 'ledger-missing'
  /** The ledger has less available than this needs. */
  | 'ledger-short'
  /** The ledger has enough, but for the reserve that is to stay in it. */
  | 'reserve'
  /** The most that may be sent in the rolling window is sent, or on its way. */
  | 'budget-exhausted'
  /** The least that the contract takes is more than one top-up may send. */
  | 'over-max'
  /** What could be sent is less than the least that the contract takes. */
  | 'too-small'
  /** What gas costs could not be read yet. */
  | 'gas-unread'
  /** The wallet has too little to pay gas with, beside what the way out will cost. */
  | 'gas-short'
  /** The last top-up was too short a time ago. */
  | 'cooling-down'
  /** The last top-up failed; it is tried again later. */
  | 'backing-off'
  /** Somebody has to approve it first. */
  | 'awaiting-approval'

/** Why refunds whose lock is over are not claimed by themselves now. The list is closed. */
export type ClaimHold =
  /** A top-up goes first. */
  | 'topping-up'
  /** A transaction for the sub-account is on its way, or its claim is. */
  | 'in-flight'
  /** Auto-funding rests until it is resumed. */
  | 'paused'
  /** The chain could not be read of late. */
  | 'stale-reading'
  /** It is less than the gas that it costs. */
  | 'dust'
  /** What gas costs could not be read yet. */
  | 'gas-unread'
  /** The wallet has too little to pay gas with, beside what the way out will cost. */
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
  /** Why nothing is being done; null before the first reading and while something is. */
  reason: HoldReason | null
  /** What the present top-up sends, or would send once it is approved. */
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
  /** The same, for somebody to approve first. */
  | { type: 'plan.propose'; amount: Wei; at: number }
  /** A reading at or past the block of the last top-up. */
  | { type: 'reading.caughtUp' }

/** What the lane is asked for. */
export type TopUpRequest = AutoFundingInput & { amount: Wei; decidedAt: number }
/** What whoever was asked to approve it answers, and when, in seconds of block time. */
export type Approval = { approved: boolean; at: number }
/** What the lane answers. A rejection may say when it came: an error with `at`, in seconds of block time. */
export type TopUpReceipt = { transactionHash: string; blockNumber: number }
