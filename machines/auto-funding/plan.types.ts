import type { Position, ServiceType } from '../position.types.ts'
import type { Anomaly } from './anomaly.policy.ts'
import type { Demand } from './auto-funding.levels.ts'
import type { FirstDay } from './first-day.policy.ts'
import type { ClaimHold, Failure, HoldReason } from './auto-funding.types.ts'
import type { ReclaimDecision, ReclaimStanding } from './reclaim.types.ts'

/** The limits of what may be sent to a sub-account. Amounts in wei, times in seconds; null is no limit. */
export type Limits = {
  maxTopUp: bigint | null
  /** What this provider may still get in its rolling window, less what is in flight. */
  budgetLeft: bigint | null
  /** Block time at which its cooldown ends. */
  coolingUntil: number
  /** What must stay in the ledger when this sub-account is topped up. */
  ledgerReserve: bigint
}

/** How large a top-up is beside what is missing. Amounts in wei. */
export type Sizing = {
  /** A top-up sends at least this, where limits and ledger allow it. */
  minTopUp: bigint
  /** Every amount is a multiple of this; null for any amount. */
  step: bigint | null
  /** Gas is at most this part of a payment, in millionths, where limits and ledger allow it; null for any part. */
  maxGasShare: bigint | null
  /** A part of what is due is not sent: the sub-account holds until all of it can be. */
  allOrNothing: boolean
}

/** The input of a plan for one sub-account: what its policy wants, and what is in flight. Amounts in wei. */
export type Standing = {
  provider: string
  serviceType: ServiceType
  mode: 'on' | 'off' | 'paused'
  /** Below this a top-up is due. */
  required: bigint
  /** A top-up fills up to this. */
  target: bigint
  demand: Demand
  /** When the ledger runs short, higher priorities are funded first. */
  priority: number
  limits: Limits
  /** Left out, a top-up sends what is missing, or the part of it that can be sent. */
  sizing?: Sizing
  /** The ledger reserve is given up for a sub-account at or below its provider's minimum. */
  reserveIsSoft?: boolean
  onPendingRefund: 'hold' | 'reuse'
  /** A person must approve each top-up. */
  needsApproval: boolean
  /** Its provider offers a service; null while that could not be read, which holds top-ups. */
  registered: boolean | null
  /** False where the owner of the contracts does not accept its provider's signer; left out where that is not known. */
  accepted?: boolean
  /** Burn or unsettled fee jumped: what was seen. */
  anomaly: Anomaly | null
  /** What a new provider may still get; left out for one that is not new. It does not hold where a person approves. */
  firstDay?: FirstDay
  /** A transaction that changes it is in flight. */
  inFlight: boolean
  /** The wallet did not say whether it sent that transaction: only the chain or a person can tell. */
  unresolved: boolean
  /** Another transaction took the nonce of that one; left out while none has. */
  nonceSpent?: boolean
  /** What was free before a claim cannot be put back; left out where nothing is pending so. */
  putBackPending?: boolean
  /** Block of its last top-up: earlier readings do not show it. */
  settledFrom: number | null
  failure: Failure | null
  /** Refunds whose lock is over are auto-claimed. */
  autoClaim?: boolean
  /** The last attempt to claim, where it failed. */
  claimFailure?: Failure | null
  /** Its money is asked back while it is idle; left out where it never is. */
  reclaim?: ReclaimStanding | null
}

export type PlanInput = {
  position: Position
  standings: readonly Standing[]
  /** What transactions in flight may still take out of the ledger. */
  inFlightFromLedger: bigint
  /** The least that opens a sub-account; null where the contract knows no minimum. */
  minTransfer: bigint | null
  /** What all providers together may still get in the rolling window; null is no limit. */
  budgetLeft: bigint | null
  /** What the wallet must keep to pay the gas of a full exit. */
  gasReserve: bigint
  /** The last reading failed. */
  isStale: boolean
  /** The journal takes no records for now: what pays waits. */
  cannotRecord?: boolean
  /** The node's pool holds a transaction of this wallet that the journal does not know. */
  hasUnknownPending?: boolean
  /** Another program with the wallet's key has just sent a transaction: what pays waits until the wallet is quiet. */
  holdsForForeign?: boolean
  /** The chain asks for higher fees than the ceiling allows. */
  feesAreHigh?: boolean
  /** A deposit into the ledger is on its way: what the ledger cannot serve whole waits for it, unless it would run dry. */
  awaitsDeposit?: boolean
  /** Idle money of a sub-account is being asked back: that of no other one is. */
  isReclaiming?: boolean
  /** What a unit of gas costs, in wei; gas is not counted where it is left out. Null while it is unknown, which holds top-ups. */
  gasPrice?: bigint | null
}

/** One sub-account in the plan. Amounts in wei, burn rate in wei per hour, runway in seconds. */
export type DecisionRow = {
  provider: string
  serviceType: ServiceType
  /** The state of its lifecycle; `none` where the sub-account does not exist. */
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
  /** Burn or unsettled fee jumped: what was seen, and which option lifts the hold. It holds once a top-up is due. */
  anomaly?: Anomaly
  /** The limit of a new provider, where it leaves less than is due. */
  firstDay?: FirstDay
  /** What is to be auto-claimed; left out where there is nothing, or auto-claim is off. */
  claim?: ClaimDecision
  /** What is to be asked back while it is idle; left out where its policy never asks. */
  reclaim?: ReclaimDecision
}

/** `top-up` sends `amount`, of which `fromRefund` comes out of a pending refund and costs the ledger nothing. */
export type Decision = DecisionRow &
  (
    | { action: 'top-up'; amount: bigint; fromRefund: bigint }
    | { action: 'propose'; amount: bigint; fromRefund: bigint }
    | {
        action: 'hold'
        reason: HoldReason
        /** What it would take to top it up. */
        missing?: bigint
      }
  )

/** Refunds whose lock is over. Amounts in wei. */
export type ClaimDecision = {
  /** What returns to the ledger. */
  amount: bigint
  /** What its gas costs at the present price; 0 while the price is unknown. */
  cost: bigint
  /** Why it is not claimed now; null where it is. */
  wait: ClaimHold | null
}
