import type { ServiceType } from '../../machines/position.types.ts'
import type { Fees, SignedTransaction } from '../chain/port.ts'
import type { Intent } from './intent.ts'

/** One step in the life of an intent. What is appended is on disk before the step is taken. */
export type JournalRecord =
  /** Decided, and signed where the wallet signs before it sends. Nothing was broadcast yet. */
  | {
      type: 'prepared'
      id: string
      intent: Intent
      nonce: number
      gasLimit: bigint
      fees: Fees
      signed: SignedTransaction | null
      /** Milliseconds since 1970, for people. */
      at: number
    }
  /** The same intent at the same nonce, signed anew with higher fees. */
  | { type: 'replaced'; id: string; fees: Fees; signed: SignedTransaction }
  /** A wallet that signs only by sending gave this hash. */
  | { type: 'sent'; id: string; hash: string }
  | { type: 'mined'; id: string; hash: string; blockNumber: number; status: 0 | 1 }
  /** A reorganisation took its block back. */
  | { type: 'unmined'; id: string }
  /** It can never be mined, or a person said that it was not sent. */
  | { type: 'superseded'; id: string; reason: string; /** The node refused it for good. */ refused?: true }
  /** Refunds are about to be claimed. What was free there is locked by it, and is to be put back. */
  | Claim
  /** It was put back, or there was nothing to put back. */
  | ClaimEnded
  /** What remains of an intent of auto-funding that was mined long ago: for budgets. */
  | ({ type: 'paid'; id: string } & Payment)
  | IntentionRecord

export type ClaimEnded = { type: 'claiming-ended'; id: string }

/** One retrieve that claims refunds of these sub-accounts; its transactions name it. */
export type Claim = {
  type: 'claiming'
  id: string
  serviceType: ServiceType
  /** With when each of their refunds was asked for, as it was before: any other is the claim's own. */
  accounts: readonly { provider: string; known: readonly number[] }[]
  /** Milliseconds since 1970, for people. */
  at: number
}

/** Money that auto-funding sent, and when it decided to, in seconds of block time; Infinity for what is on its way. */
export type Payment = { provider: string; serviceType: ServiceType; amount: bigint; at: number }

/** Where intents are kept from before they are broadcast until their outcome is known. */
export interface Journal {
  /** Everything kept so far, oldest first. Called once, before anything is appended. */
  load(): Promise<readonly JournalRecord[]>
  /** Resolves once the record would survive a crash; rejects when it would not, and then nothing is sent. */
  append(record: JournalRecord): Promise<void>
  close(): Promise<void>
}

/** Closing takes days: that it is wanted must outlive the process that was asked. */
export type IntentionRecord =
  /** Somebody wants the ledger closed, from now on. `at`: milliseconds since 1970. */
  { type: 'closing'; id: string; at: number } | { type: 'closing-ended'; id: string; outcome: ClosingOutcome }

/** `stuck`: what is left lies where this network's contracts cannot reach it. */
export type ClosingOutcome = 'closed' | 'cancelled' | 'stuck'

/** Somebody wants the ledger closed. */
export type ClosingIntention = {
  id: string
  /** Milliseconds since 1970, for people. */
  since: number
}

/** What the records of one intent add up to. */
export type JournalEntry = {
  prepared: Extract<JournalRecord, { type: 'prepared' }>
  /** Every hash it may be mined under, with the bytes where they are known. */
  attempts: readonly { hash: string; raw: string | null; fees: Fees }[]
  outcome: Extract<JournalRecord, { type: 'mined' | 'superseded' }> | null
}
