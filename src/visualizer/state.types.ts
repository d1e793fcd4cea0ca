import type { HoldReason, ServiceType, Wei } from '../../machines/index.ts'

/** Everything at one moment. */
export type State = {
  /** Of the newest position; null before the first. */
  block: { number: number; timestamp: number } | null
  wallet: { address: string; balance: Wei }
  /** `locked = total - available` lies in sub-accounts. Null where the wallet has no ledger, and before the first position. */
  ledger: { available: Wei; total: Wei; locked: Wei; additionalInfo: string } | null
  /** The actor of the chart `ledger`; null where there is none. */
  ledgerActor: ActorState | null
  reading: ReadingState
  /** By key: `${serviceType}:${provider}`. One that was seen once stays, with `account: null` once it is closed. */
  subAccounts: Readonly<Record<string, SubAccountState>>
  /** By id, oldest first; the newest 200. */
  transactions: Readonly<Record<string, TransactionState>>
  forecast: Forecast | null
  /** What the ledger would need on top of what it has to do everything that is due. */
  shortfall: Wei
}

/** Where an actor stands in its chart. */
export type ActorState = {
  /** Path of the innermost state, as in `ChartNode.path`: `funded`, `refunding.locked`. */
  value: string
  /** Id of the edge it came by, as in `ChartEdge.id`; null where it began. */
  edge: string | null
  /** When it took that edge, in milliseconds since 1970, also where it led back; 0 when that was not seen. */
  since: number
}

/** How reading the chain goes. */
export type ReadingState = {
  /** Failed readings in a row. */
  failures: number
  /** What the last one failed with, in a sentence; null once one succeeds. */
  error: string | null
  /** Readings dropped because they were too old. */
  dropped: number
}

export type SubAccountState = {
  key: string
  provider: string
  serviceType: ServiceType
  /** What the chain holds; null where the sub-account does not exist (yet, or any more). */
  account: AccountState | null
  /** Actor of the chart `subAccount`. */
  lifecycle: ActorState
  /** Null before the first plan that names it. */
  plan: PlanState | null
  /** Null where auto-funding is not on. */
  autoFunding: AutoFundingState | null
  /** When it meets its provider's minimum without another top-up; null where nothing burns, or it is unknown. */
  dryAt: number | null
  /** What its provider offers, in its own words; null while that is unknown. */
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

/** One row of the plan. `reason` is set exactly when `action` is `hold`. */
export type PlanState = {
  action: 'top-up' | 'propose' | 'hold'
  reason: HoldReason | null
  /** What is sent, or would be; null for a hold. */
  amount: Wei | null
  /** The part of `amount` that comes out of a pending refund. */
  fromRefund: Wei | null
  /** What the ledger or a budget would need to do it; null where that is not why it holds. */
  missing: Wei | null
  /** Below this a top-up is due, and it fills up to `target`. */
  required: Wei
  target: Wei
  /** What is missing to the target once `available` is below `required`; 0 before. */
  deficit: Wei
  /** Wei per hour; null while it is unknown. */
  burnRate: Wei | null
  /** Seconds; null while it is unknown, or nothing burns. */
  runway: number | null
  limits: { maxTopUp: Wei | null; budgetLeft: Wei | null; coolingUntil: number; ledgerReserve: Wei }
}

/** Actor of the chart `autoFunding`. */
export type AutoFundingState = ActorState & {
  reason: HoldReason | null
  /** What the present top-up sends, or would send once it is approved. */
  amount: Wei | null
  lastTopUp: { amount: Wei; transactionHash: string; blockNumber: number } | null
  topUps: number
  paid: Wei
  /** `at` in seconds of block time. */
  failure: { count: number; at: number; message: string } | null
  /** What the provider has served and not charged yet, and why that is not known anew. */
  unsettledFee: Wei
  feeError: string | null
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
  /** All hashes it was broadcast under; the last is the one with the highest fee. */
  hashes: readonly string[]
  blockNumber: number | null
  gasUsed: Wei | null
  /** Why it reverted, or what is known of who took its nonce. */
  reason: string | null
}

/** When money runs out at the present burn, in seconds of block time; null where nothing burns, or it is unknown. */
export type Forecast = {
  ledgerDryAt: number | null
  gasDryAt: number | null
  /** Wei per hour, all sub-accounts together. */
  burnRate: Wei
  /** What must be deposited so that everything is funded now and for so many days: for 1, 7 and 30. */
  deposits: readonly { days: number; amount: Wei }[]
}
