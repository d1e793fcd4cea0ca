import type { ClosingState, HoldReason, ReclaimHold, ServiceType, Wei } from '../../machines/index.ts'

/** Everything that the page shows of one moment. */
export type State = {
  /** The block of the newest position; null before the first. */
  block: { number: number; timestamp: number } | null
  wallet: { address: string; balance: Wei }
  /** `locked = total - available` lies in sub-accounts. Null where the wallet has no ledger, and before the first position. */
  ledger: { available: Wei; total: Wei; locked: Wei; additionalInfo: string } | null
  /** The actor of the chart `ledger`; null where the wallet has no ledger actor. */
  ledgerActor: ActorState | null
  /** How far closing the ledger has come; null while it is not being closed. Recordings of earlier versions lack it. */
  closing?: ClosingProgress | null
  reading: ReadingState
  /** By key: `${serviceType}:${provider}`. A closed sub-account stays, with `account: null`. */
  subAccounts: Readonly<Record<string, SubAccountState>>
  /** Sub-accounts that hold money in other registered versions of the services: `locked` counts them too. */
  elsewhere: readonly ElsewhereState[]
  /** By id, oldest first; the newest 200. */
  transactions: Readonly<Record<string, TransactionState>>
  forecast: Forecast | null
  /** The ledger's own row of the plan; null where deposits are neither on nor tried, and before the first plan. */
  deposit: DepositState | null
  /** Actor of the chart `autoDeposit`; null where auto-deposit is not on. */
  autoDeposit: AutoDepositState | null
  /** What the ledger lacks to pay everything that is due. */
  shortfall: Wei
}

/** The state of an actor in its chart. */
export type ActorState = {
  /** Path of the innermost state, as in `ChartNode.path`: `funded`, `refunding.locked`. */
  value: string
  /** Id of the edge that led there, as in `ChartEdge.id`; null for an initial state. */
  edge: string | null
  /** When it took that edge, in milliseconds since 1970, also for an edge back to the same state; 0 where that is unknown. */
  since: number
}

/** How far closing the ledger has come. */
export type ClosingProgress = {
  /** The step that is due. */
  state: ClosingState
  /** No step can be sent before this block time, in seconds; null while one can. */
  until: number | null
  /** What is in the ledger, and what is still in sub-accounts, and in how many. */
  home: Wei
  locked: Wei
  subAccounts: number
  /** Why a step that is due is not sent; null while it is. */
  hold: 'in-flight' | 'nonce-spent' | 'unresolved-intent' | 'backing-off' | 'end-unproven' | null
  /** What the last step failed with, while no later one has succeeded. `at` in seconds of block time. */
  failure: { count: number; at: number; message: string } | null
}

/** The status of the readings. */
export type ReadingState = {
  /** Failed readings in a row. */
  failures: number
  /** The last error in a sentence; null once a reading succeeds. */
  error: string | null
  /** Readings that were dropped because their block was too old. */
  dropped: number
}

export type SubAccountState = {
  key: string
  provider: string
  serviceType: ServiceType
  /** The sub-account on the chain; null where it does not exist (yet, or any more). */
  account: AccountState | null
  /** Actor of the chart `subAccount`. */
  lifecycle: ActorState
  /** Its row of the plan; null before the first one. */
  plan: PlanState | null
  /** Null where auto-funding is not on. */
  autoFunding: AutoFundingState | null
  /** When it reaches its provider's minimum without another top-up; null where nothing burns, or it is unknown. */
  dryAt: number | null
  /** The service as its provider registered it; null while that is unknown. */
  service: { model: string; url: string } | null
}

export type AccountState = {
  balance: Wei
  pendingRefund: Wei
  /** `balance - pendingRefund`: what the provider may charge. */
  available: Wei
  /** The part of `pendingRefund` whose lock is over. */
  claimable: Wei
  refunds: readonly { amount: Wei; createdAt: number; unlocksAt: number; claimable: boolean }[]
  acknowledged: boolean
  tokensRevoked: boolean
}

/** A sub-account in another registered version of a service. */
export type ElsewhereState = AccountState & {
  provider: string
  serviceType: ServiceType
  /** The exact registered name, such as `inference-v1.1`. */
  service: string
  /** Seconds that a refund is locked there. */
  lockTime: number
}

/** One row of the plan. `reason` is set exactly when `action` is `hold`. */
export type PlanState = {
  action: 'top-up' | 'propose' | 'hold'
  reason: HoldReason | null
  /** What a top-up sends; null for a hold. */
  amount: Wei | null
  /** The part of `amount` that comes out of a pending refund. */
  fromRefund: Wei | null
  /** What ledger or budget lack for the top-up; null where it holds for another reason. */
  missing: Wei | null
  /** Below this a top-up is due; it fills up to `target`. */
  required: Wei
  target: Wei
  /** What is missing to the target once `available` is below `required`; 0 before. */
  deficit: Wei
  /** Wei per hour; null while it is unknown. */
  burnRate: Wei | null
  /** Seconds; null while it is unknown, or nothing burns. */
  runway: number | null
  /** What is odd about its charges or its claim, and which option lifts the hold for it; null where nothing is. */
  anomaly: AnomalyState | null
  /** What a new provider may get within a day; null for one that is not new. `until` in seconds of block time. */
  firstDay: { limit: Wei; given: Wei; until: number | null } | null
  limits: { maxTopUp: Wei | null; budgetLeft: Wei | null; coolingUntil: number; ledgerReserve: Wei }
  /** What is asked back while it is idle; null, or left out, where its policy never asks. */
  reclaim?: ReclaimState | null
}

/** `until` in seconds of block time; `usual` per hour. */
export type AnomalyState =
  | { kind: 'burn'; burn: Wei; seconds: number; usual: Wei; factor: number; until: number; option: string }
  | { kind: 'fee'; unsettledFee: Wei; cap: Wei; option: string }

/** Idle money: what is free beyond what is kept, from when it is idle in seconds of block time, and why it stays. */
export type ReclaimState = { amount: Wei; idleFrom: number | null; wait: ReclaimHold | null }

/** Actor of the chart `autoFunding`. */
export type AutoFundingState = ActorState & {
  reason: HoldReason | null
  /** What the present top-up sends, or sends once it is approved. */
  amount: Wei | null
  lastTopUp: { amount: Wei; transactionHash: string; blockNumber: number } | null
  topUps: number
  paid: Wei
  /** `at` in seconds of block time. */
  failure: { count: number; at: number; message: string } | null
  /** What the provider has served and not charged yet, and why that could not be read again. */
  unsettledFee: Wei
  feeError: string | null
}

/** What is deposited into the ledger, or why nothing is. `reason` is set exactly when `action` is `hold`. */
export type DepositState = {
  action: 'deposit' | 'propose' | 'hold'
  reason: HoldReason | null
  /** What is deposited; null for a hold. */
  amount: Wei | null
  /** What could not be deposited; null where it holds for another reason. */
  missing: Wei | null
  /** What the ledger has, what the sub-accounts need of it now, and what claims on their way bring. */
  available: Wei
  due: Wei
  arriving: Wei
  /** What stays once everything due and in flight is paid; negative where the ledger cannot pay it. */
  spare: Wei
  /** Below `trigger` a deposit is due; it fills up to `target`. */
  trigger: Wei
  target: Wei
  /** What is missing to the target once `spare` is below `trigger`; 0 before. */
  deficit: Wei
  /** Seconds that `spare` lasts; null while it is unknown, or nothing burns. */
  runway: number | null
  limits: { maxDeposit: Wei | null; maxLedger: Wei | null; budgetLeft: Wei | null; coolingUntil: number }
}

/** Actor of the chart `autoDeposit`. */
export type AutoDepositState = ActorState & {
  reason: HoldReason | null
  /** What the present deposit sends, or sends once it is approved. */
  amount: Wei | null
  lastDeposit: { amount: Wei; transactionHash: string; blockNumber: number } | null
  deposits: number
  paid: Wei
  /** `at` in seconds of block time. */
  failure: { count: number; at: number; message: string } | null
  /** Why the wallet that deposits could not be read; null where it was. */
  payerError: string | null
}

/** Actor of the chart `transaction`. */
export type TransactionState = ActorState & {
  id: string
  nonce: number
  /** The contract's function. */
  operation: string
  /** Key of the sub-account that it moves money to, if it does. */
  subAccount: string | null
  amount: Wei
  hash: string | null
  /** All hashes under which it was broadcast; the last one has the highest fee. */
  hashes: readonly string[]
  blockNumber: number | null
  gasUsed: Wei | null
  /** Why it reverted, or which transaction took its nonce. */
  reason: string | null
  /** What the node said that does not take it now; null otherwise. Recordings of earlier versions lack it. */
  refusal?: string | null
}

/** When ledger and gas run dry at the present burn, in seconds of block time; null where nothing burns, or it is unknown. */
export type Forecast = {
  ledgerDryAt: number | null
  gasDryAt: number | null
  /** Wei per hour, all sub-accounts together. */
  burnRate: Wei
  /** What to deposit so that everything is funded now and for 1, 7 and 30 days. */
  deposits: readonly { days: number; amount: Wei }[]
}
