import type { Failure } from '../auto-funding/auto-funding.types.ts'
import type { ServiceType, Wei } from '../position.types.ts'

/** What closing does next, from a position alone. */
export type ClosingStep =
  /** Single API tokens of this provider were revoked: they would be valid again with a new sub-account. */
  | { type: 'revoke'; provider: string }
  /**
   * Requests what is available in these sub-accounts, and claims what is unlocked. `service` is the exact registered name of
   * a version that the network does not name; left out for the network's own.
   */
  | { type: 'retrieve'; serviceType: ServiceType; service?: string; providers: readonly string[] }
  /** No step is possible before this block time, in seconds. */
  | { type: 'wait'; until: number }
  /** Everything is in the ledger; its withdrawal deletes ledger and sub-accounts. */
  | { type: 'withdraw'; amount: Wei }
  /** The ledger is empty and still exists: providers settled the last of it. */
  | { type: 'delete' }
  /** What is left lies in a service of a kind that the broker does not know. */
  | { type: 'stuck'; amount: Wei }

/** The state of a ledger that is being closed. */
export type ClosingState = 'revoking' | 'retrieving' | 'waiting' | 'withdrawing' | 'deleting'

/** A sub-account whose batch the contract refused. */
export type Setback = {
  provider: string
  serviceType: ServiceType
  /** As in the step. */
  service?: string
  /** The most sub-accounts of the batch that tries it again, itself included. */
  atMost: number
  /** Set once it was refused in a batch of its own: it backs off, and the others continue. */
  failure: Failure | null
}

/** The ledger as the chain shows it at one block. Amounts in wei. */
export type LedgerReading = {
  exists: boolean
  available: Wei
  total: Wei
  /** `total - available`: what lies in sub-accounts. */
  locked: Wei
  /** What closing does next; null while the ledger is not being closed, and where there is none. */
  step: ClosingStep | null
  block: number
}

export type LedgerInput = { wallet: string }
export type LedgerContext = LedgerInput & { reading: LedgerReading | null }

/** The facts of a ledger. All but the first two occur only while the ledger is being closed. */
export type LedgerFact =
  /** The contract says that there is none. */
  | 'ledger.gone'
  /** There is one, and it is not being closed. */
  | 'ledger.open'
  /** API tokens have to be revoked for good. */
  | 'tokens.revocable'
  /** A refund can be requested or claimed. */
  | 'funds.retrievable'
  /** All that is not in the ledger is locked. */
  | 'refunds.locked'
  /** Everything is in the ledger. */
  | 'funds.home'
  /** The ledger is empty. */
  | 'ledger.empty'

export type LedgerEvent = { type: LedgerFact; reading: LedgerReading }
