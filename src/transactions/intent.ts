import type { ServiceType } from '../../machines/position.types.ts'
import type { Call } from '../chain/port.ts'

/** A transaction that was decided on. Amounts in wei. */
export type Intent = {
  call: Call
  /** The sub-account that it moves money to, if it does. */
  subAccount: { provider: string; serviceType: ServiceType } | null
  /** Every sub-account that it changes: nothing is decided about them while it is on its way. */
  touches: readonly { provider: string; serviceType: ServiceType }[]
  /** Block time in seconds at which auto-funding decided on it; null for what a person or program asked for. */
  decidedAt: number | null
  /** What it moves: into the ledger, a sub-account, or back to the wallet. */
  amount: bigint
  /** What it takes out of the ledger's available funds at most, as far as could be seen when it was decided on. */
  fromLedger: bigint
  /** The claim that it is a step of (see `claiming` in the journal). */
  claim?: string
  /** The closing that it is a step of. */
  closing?: string
}

/** What became of a transaction, as every method of the account API gives it. */
export type Receipt = {
  transactionHash: string
  blockNumber: number
  gasUsed: bigint
  /** 1: it did what it should. A reverted transaction is an error, not a receipt. */
  status: number
  success: boolean
}
