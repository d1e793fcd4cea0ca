import type { Approval, Failure, HoldReason, TopUpReceipt } from '../auto-funding/auto-funding.types.ts'
import type { Decision } from '../auto-funding/plan.types.ts'
import type { Position, Wei } from '../position.types.ts'

/** What auto-deposit keeps in the ledger: amounts in wei, or times in seconds that the burn of all sub-accounts gives a size. */
export type DepositLevels = { trigger: bigint; target: bigint } | { runway: { trigger: number; target: number } }

/** The limits of one deposit. Amounts in wei, times in seconds of block time; null is no limit. */
export type DepositLimits = {
  maxDeposit: bigint | null
  /** What the ledger may have available after a deposit. */
  maxLedger: bigint | null
  /** What deposits may still send in their rolling window, less what is in flight. */
  budgetLeft: bigint | null
  coolingUntil: number
}

/** The wallet that deposits. Amounts in wei. */
export type Payer = {
  balance: bigint
  /** What must stay in it: the gas of a full exit, what is asked for beside that, and what its open transactions may cost. */
  reserve: bigint
  /** Whether it pays the gas of top-ups, too: then a deposit leaves some for those that it makes possible. */
  paysTopUps: boolean
}

/** What goes on with the ledger, and what is wanted for it. */
export type DepositStanding = {
  levels: DepositLevels
  limits: DepositLimits
  /** Null while the wallet that deposits could not be read. */
  payer: Payer | null
  /** A person must approve each deposit. */
  needsApproval: boolean
  /** A transaction that deposits is in flight, or a caller is deciding about one. */
  inFlight: boolean
  /** The wallet did not say whether it sent that transaction. */
  unresolved: boolean
  /** Another transaction took the nonce of that one; left out while none has. */
  nonceSpent?: boolean
  /** Block of the last deposit: earlier readings do not show it. */
  settledFrom: number | null
  failure: Failure | null
  isClosing: boolean
  /** Block time until which a withdrawal by the user holds deposits; Infinity while one is in flight. */
  withdrawnUntil: number
}

export type DepositInput = {
  position: Position
  standing: DepositStanding
  /** The plan for the sub-accounts, as if nothing were deposited. */
  plan: { decisions: readonly Decision[]; shortfall: bigint }
  /** What transactions in flight may still take out of the ledger. */
  inFlightFromLedger: bigint
  /** What claims in flight, or decided on, bring into the ledger. */
  arriving: bigint
  /** The least that opens a ledger; null where the contract knows no minimum. */
  minLedger: bigint | null
  gasPrice: bigint | null
  isStale: boolean
  /** The journal of the wallet, or of the one that deposits, takes no records for now. */
  cannotRecord?: boolean
  hasUnknownPending: boolean
  /** Another program with the key has just sent a transaction of this wallet, or of the one that deposits. */
  holdsForForeign?: boolean
  feesAreHigh: boolean
}

/** The ledger's row of a plan. Amounts in wei, burn rate in wei per hour, runway in seconds. */
export type DepositRow = {
  available: bigint
  /** What the sub-accounts need now; it is paid before the levels count. */
  due: bigint
  arriving: bigint
  /** What stays available once everything due and in flight is paid; negative where the ledger cannot pay it. */
  spare: bigint
  /** Below this a deposit is due. */
  trigger: bigint
  /** A deposit fills up to this. */
  target: bigint
  /** What is missing to the target once `spare` is below `trigger`; 0 before. */
  deficit: bigint
  /** Of all sub-accounts together; null while none is known. */
  burnRate: bigint | null
  /** How long `spare` lasts at that burn; null while the burn is unknown or 0. */
  runway: number | null
  limits: DepositLimits
}

export type DepositDecision = DepositRow &
  (
    | { action: 'deposit'; amount: bigint }
    | { action: 'propose'; amount: bigint }
    | {
        action: 'hold'
        reason: HoldReason
        /** What could not be deposited. */
        missing?: bigint
      }
  )

export type AutoDepositInput = { wallet: string }
export type Deposit = { amount: Wei; transactionHash: string; blockNumber: number }

export type AutoDepositContext = AutoDepositInput & {
  /** Why nothing is deposited; null before the first reading, and during a deposit. */
  reason: HoldReason | null
  /** What the present deposit sends, or sends once it is approved. */
  amount: Wei | null
  /** Block time at which the present deposit was decided, in seconds. */
  decidedAt: number
  lastDeposit: Deposit | null
  deposits: number
  /** Sum of all deposits of this actor. */
  paid: Wei
  failure: Failure | null
}

export type AutoDepositEvent =
  | { type: 'plan.sufficient' }
  | { type: 'plan.hold'; reason: HoldReason }
  | { type: 'plan.deposit'; amount: Wei; at: number }
  /** The same, once a person has approved it. */
  | { type: 'plan.propose'; amount: Wei; at: number }
  /** A reading at or past the block of the last deposit. */
  | { type: 'reading.caughtUp' }

/** The deposit that the lane is to send. */
export type DepositRequest = AutoDepositInput & { amount: Wei; decidedAt: number }
export type DepositReceipt = TopUpReceipt
export type DepositApproval = Approval
