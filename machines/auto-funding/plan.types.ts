import type { Position, ServiceType } from '../position.types.ts'
import type { Demand } from './auto-funding.levels.ts'
import type { ClaimHold, Failure, HoldReason } from './auto-funding.types.ts'

/** The most that may be sent, whatever is missing. Amounts in wei, times in seconds; null is no limit. */
export type Limits = {
  maxTopUp: bigint | null
  /** What this provider may still get in its rolling window; what is on its way is taken off. */
  budgetLeft: bigint | null
  /** Block time before which nothing more is sent to it. */
  coolingUntil: number
  /** What must stay in the ledger when this sub-account is topped up. */
  ledgerReserve: bigint
}

/** What is wanted for one sub-account, and what is going on with it. Amounts in wei. */
export type Standing = {
  provider: string
  serviceType: ServiceType
  mode: 'on' | 'off' | 'paused'
  /** Below this a top-up is due. */
  required: bigint
  /** And it fills up to this. */
  target: bigint
  demand: Demand
  /** Whom to fund first when the ledger runs short: higher first. */
  priority: number
  limits: Limits
  onPendingRefund: 'hold' | 'reuse'
  /** Nothing is sent before somebody approves. */
  needsApproval: boolean
  /** Its provider offers a service; null while that could not be read, and then nothing is sent. */
  registered: boolean | null
  /** False where the owner of the contracts does not accept its provider's signer; left out where that is not known. */
  accepted?: boolean
  /** Burn or unsettled fee jumped. */
  anomaly: boolean
  /** A transaction that moves money to it is on its way. */
  inFlight: boolean
  /** Whether that transaction was ever sent, only the chain or a person can tell. */
  unresolved: boolean
  /** Block of its last top-up: readings before it say nothing. */
  settledFrom: number | null
  failure: Failure | null
  /** Refunds whose lock is over are claimed by themselves. */
  autoClaim?: boolean
  /** What became of the last attempt to, where it failed. */
  claimFailure?: Failure | null
}

export type PlanInput = {
  position: Position
  standings: readonly Standing[]
  /** What transactions on their way may still take out of the ledger. */
  inFlightFromLedger: bigint
  /** The least that opens a sub-account; null where the contract knows no minimum. */
  minTransfer: bigint | null
  /** What all providers together may still get in the rolling window; null is no limit. */
  budgetLeft: bigint | null
  /** What the wallet must keep to pay the gas of a full exit. */
  gasReserve: bigint
  /** The chain could not be read of late. */
  isStale: boolean
  /** What a unit of gas costs, in wei; left out, gas is not reckoned with. Null while it is unknown, and then nothing is sent. */
  gasPrice?: bigint | null
}

/** One sub-account in the plan. Amounts in wei, burn rate in wei per hour, runway in seconds. */
export type DecisionRow = {
  provider: string
  serviceType: ServiceType
  /** Where the lifecycle stands; `none` for one that does not exist (any more). */
  state: 'none' | 'created' | 'funded' | 'low' | 'refunding'
  available: bigint
  pendingRefund: bigint
  required: bigint
  target: bigint
  /** What is missing to the target once `available` is below `required`; 0 before. */
  deficit: bigint
  burnRate: bigint | null
  runway: number | null
  limits: Limits
  /** What is to be claimed by itself, beside all this; left out where nothing is, or that is off. */
  claim?: ClaimDecision
}

/** `top-up` sends `amount`, of which `fromRefund` comes out of a pending refund and costs the ledger nothing. */
export type Decision = DecisionRow &
  (
    | { action: 'top-up'; amount: bigint; fromRefund: bigint }
    | { action: 'propose'; amount: bigint; fromRefund: bigint }
    | { action: 'hold'; reason: HoldReason; /** What would be needed to do it. */ missing?: bigint }
  )

/** Refunds whose lock is over. Amounts in wei. */
export type ClaimDecision = {
  /** What comes home to the ledger. */
  amount: bigint
  /** What the gas of it costs at the present price; 0 while that is unknown. */
  cost: bigint
  /** Why it is not done now; null where it is. */
  wait: ClaimHold | null
}
