import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { ClosingState, ClosingStep } from '../../machines/ledger/ledger.types.ts'
import type { Block, ServiceType } from '../../machines/position.types.ts'

/** How far closing has come, at the latest position. Amounts in wei, times in seconds of block time. */
export type ClosingStatus = {
  /** When the user asked for it, in milliseconds since 1970. */
  since: number
  block: Block
  state: ClosingState
  step: ClosingStep
  /** No step can be sent before this block time; null while one can. */
  until: number | null
  /** What is in the ledger, to be withdrawn in the end. */
  home: bigint
  /** What is still in sub-accounts, and in how many. */
  locked: bigint
  subAccounts: number
  /** Why a step that is due is not sent; null while it is. */
  hold: ClosingHold | null
  /** What the last step failed with, while no later one has succeeded. */
  failure: Failure | null
}

export type ClosingHold =
  /** A transaction of this wallet is in flight. */
  | 'in-flight'
  /** Another transaction took the nonce of one in flight: it ends once that is final, or once a person says what became of it. */
  | 'nonce-spent'
  /** A wallet was asked to send a transaction and never said whether it did. */
  | 'unresolved-intent'
  /** The last step failed; closing tries it again later. */
  | 'backing-off'
  /** A reading shows that nothing is left to close, or to reach, and no receipt of this closing does: several readings must agree. */
  | 'end-unproven'

export type CloseOptions = {
  /** Ends the wait, and not the closing, which goes on until `cancelClosing`. */
  signal?: AbortSignal | undefined
  /** Called with the progress, at each position. */
  onProgress?: ((status: ClosingStatus) => void) | undefined
  /** Hears the hash of each transaction of the closing that is sent meanwhile, and that of each replacement. */
  onSent?: ((hash: string) => void) | undefined
}

/** What a closing that was cancelled leaves. Amounts in wei. */
export type ClosingCancelled = {
  block: Block
  /** What is back in the ledger, or never left it. */
  available: bigint
  /** What is already requested: it is locked until then, and `retrieveFund` claims it after that. */
  locked: readonly LockedRefund[]
  /** What is still with providers, and not requested. */
  free: bigint
}

export type LockedRefund = {
  provider: string
  serviceType: ServiceType
  /** The exact registered name of a version that the network does not name; left out for the network's own. */
  service?: string
  amount: bigint
  /** When the last of it can be claimed. */
  until: number
}

/** What closing would do from one block on if nothing else happened. Amounts in wei, times in seconds of block time. */
export type ClosingPlan = {
  block: Block
  /** Sub-accounts that hold money. */
  subAccounts: readonly ClosingAccount[]
  /** How many transactions it takes. */
  transactions: number
  /** When the last of it is home at the earliest. Charges of providers make it less, a longer lock makes it later. */
  endsAt: number
  gas: ClosingGas
  /** What the wallet gets in the end, before the gas. */
  home: bigint
  /** What lies in a service of a kind that the broker does not know, and stays there. */
  stuck: bigint
}

export type ClosingAccount = {
  provider: string
  serviceType: ServiceType
  /** The exact registered name of a version that the network does not name; left out for the network's own. */
  service?: string
  balance: bigint
  /** Pending refunds, and those that closing requests. */
  refunds: readonly { amount: bigint; unlocksAt: number; isRequested: boolean }[]
  /** When the last of it is claimed. */
  homeAt: number
}

/** Gas for the whole way. Prices and costs in wei; null where no node was asked for the price. */
export type ClosingGas = {
  units: bigint
  price: bigint | null
  cost: bigint | null
  /** What the wallet lacks to pay for it. */
  missing: bigint
}
