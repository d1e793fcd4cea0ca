import type { Failure } from '../auto-funding/auto-funding.types.ts'
import type { ServiceType, Wei } from '../position.types.ts'

/** What closing does next, from a position alone. */
export type ClosingStep =
  /** Single API tokens of this provider were revoked: they would come back to life with a new sub-account. */
  | { type: 'revoke'; provider: string }
  /** Asks back what is free in these and claims what is unlocked. */
  | { type: 'retrieve'; serviceType: ServiceType; providers: readonly string[] }
  /** Nothing can be done before this block time, in seconds. */
  | { type: 'wait'; until: number }
  /** Everything is home in the ledger; withdrawing it deletes ledger and sub-accounts. */
  | { type: 'withdraw'; amount: Wei }
  /** Nothing is left in the ledger, and it still exists: its providers settled the last of it. */
  | { type: 'delete' }
  /** What is left is locked in a service that the network does not name. */
  | { type: 'stuck'; amount: Wei }

/** Where a ledger stands that is being closed. */
export type ClosingState = 'revoking' | 'retrieving' | 'waiting' | 'withdrawing' | 'deleting'

/** A sub-account whose batch the contract refused. */
export type Setback = {
  provider: string
  serviceType: ServiceType
  /** The most sub-accounts that it is tried again together with, itself included. */
  atMost: number
  /** Set once it was refused all alone: it rests, and the others go on. */
  failure: Failure | null
}

/** The ledger as the chain shows it at one block. Amounts in wei. */
export type LedgerReading = {
  exists: boolean
  available: Wei
  total: Wei
  /** `total - available`: what lies in sub-accounts. */
  locked: Wei
  /** What closing does next; null while nobody wants the ledger closed, and where there is none. */
  step: ClosingStep | null
  block: number
}

export type LedgerInput = { wallet: string }
export type LedgerContext = LedgerInput & { reading: LedgerReading | null }

/** What a reading can state about a ledger. All but the first two are said only while closing is intended. */
export type LedgerFact =
  /** The contract says that there is none. */
  | 'ledger.gone'
  /** There is one, and nobody wants it closed. */
  | 'ledger.open'
  /** API tokens have to be revoked for good. */
  | 'tokens.revocable'
  /** Something can be asked back, or claimed. */
  | 'funds.retrievable'
  /** All that is not home is locked. */
  | 'refunds.locked'
  /** Everything is in the ledger. */
  | 'funds.home'
  /** Nothing is left in it. */
  | 'ledger.empty'

export type LedgerEvent = { type: LedgerFact; reading: LedgerReading }
