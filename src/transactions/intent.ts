import type { ServiceType } from '../../machines/position.types.ts'
import type { Call } from '../chain/port.ts'

/** A transaction that was decided on. Amounts in wei. */
export type Intent = {
  call: Call
  /** The sub-account that it moves money to, if it does. */
  subAccount: { provider: string; serviceType: ServiceType } | null
  /** Every sub-account that it changes: no decision about them is made while it is in flight. */
  touches: readonly { provider: string; serviceType: ServiceType }[]
  /** Block time in seconds at which auto-funding decided on it, by a top-up or for idle money; null where a caller did. */
  decidedAt: number | null
  /** Block of the position that it rests on: where another program's transaction is mined after it, the intent is not sent. */
  asOf?: number
  /** What it moves: into the ledger, a sub-account, or back to the wallet. */
  amount: bigint
  /** The most that it takes out of the ledger's available funds, as far as the position of the decision shows. */
  fromLedger: bigint
  /** The claim that it is a step of (see `claiming` in the journal). */
  claim?: string
  /** The closing that it is a step of. */
  closing?: string
}

/** Whether an intent pays into a ledger, whichever wallet's. */
export function isDeposit({ call: { contract, method } }: Intent): boolean {
  return contract === 'ledger' && (method === 'depositFund' || method === 'depositFundFor' || method === 'addLedger')
}

/** Whether auto-funding asks idle money back by this intent: every other retrieve is decided on by a caller. */
export function isReclaim({ call, decidedAt }: Intent): boolean {
  return call.method === 'retrieveFund' && decidedAt !== null
}

/** A mined transaction, as every method of the account API returns it. */
export type Receipt = {
  transactionHash: string
  blockNumber: number
  gasUsed: bigint
  /** 1: it succeeded. A reverted transaction is an error, not a receipt. */
  status: number
  success: boolean
}
