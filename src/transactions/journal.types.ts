import type { ServiceType } from '../../machines/position.types.ts'
import type { Fees, SignedTransaction } from '../chain/port.ts'
import type { Intent } from './intent.ts'

/** One step in the life of an intent. Its record is on disk before the step is taken. */
export type JournalRecord =
  /** The intent has a nonce, and a signature where the wallet signs before it sends. It was not broadcast yet. */
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
      /** Whose nonce it is; left out by earlier versions. */
      wallet?: string
    }
  /** The same intent at the same nonce, signed anew with higher fees. */
  | { type: 'replaced'; id: string; fees: Fees; signed: SignedTransaction }
  /** A wallet that signs only by sending gave this hash. */
  | { type: 'sent'; id: string; hash: string }
  | Mined
  /** A reorganisation took its block back, or it has one although a node refused it for good: it is followed again. */
  | { type: 'unmined'; id: string }
  /** It can never be mined, or the wallet's user said that it was not sent. */
  | { type: 'superseded'; id: string; reason: string; /** The node refused it for good. */ refused?: true }
  /** Refunds are about to be claimed, or idle money is. The retrieve locks what is free there, which is put back after it. */
  | Claim
  /** It was put back, or there was nothing to put back. */
  | ClaimEnded
  /** The payment of an intent of auto-funding that was mined long ago and is compacted: for budgets. */
  | ({ type: 'paid'; id: string } & Payment)
  /** The same for a deposit of auto-deposit. */
  | ({ type: 'deposited'; id: string } & DepositPayment)
  /** A caller asked for a sub-account, and nothing had to be paid. */
  | Asked
  /** A repair could not read what the journal said of these nonces: their transactions may still be in the pool. */
  | { type: 'lost'; id: string; nonces: readonly number[]; /** Milliseconds since 1970, for people. */ at: number }
  | IntentionRecord

/** A node has its receipt. */
export type Mined = {
  type: 'mined'
  id: string
  hash: string
  blockNumber: number
  status: 0 | 1
  /** A person says so, and no node has the receipt. */
  isGiven?: true
  /** Block time in seconds of the reading before its receipt: it was mined after that. Left out where there was none. */
  notBefore?: number
}

/** `at` in seconds of block time. */
export type Asked = { type: 'asked'; id: string; provider: string; serviceType: ServiceType; at: number }

export type ClaimEnded = { type: 'claiming-ended'; id: string }

/** One retrieve that claims refunds of these sub-accounts. The intents of its transactions name it. */
export type Claim = {
  type: 'claiming'
  id: string
  serviceType: ServiceType
  /**
   * `known`: when each refund that was pending before was requested. Any other refund is the claim's own. `keep`: what is
   * put back of it, in wei, where idle money is asked back; left out, all of it is.
   */
  accounts: readonly { provider: string; known: readonly number[]; keep?: bigint }[]
  /** Milliseconds since 1970, for people. */
  at: number
}

/** Money that auto-funding sent, and when it decided to, in seconds of block time; Infinity while it is in flight. */
export type Payment = { provider: string; serviceType: ServiceType; amount: bigint; at: number }

/** What auto-deposit sent into a ledger, and when it decided to, as for a payment. */
export type DepositPayment = Pick<Payment, 'amount' | 'at'>

/** A write-ahead log: it keeps intents from before they are broadcast until their outcome is known. */
export interface Journal {
  /**
   * Names where the records are kept. Brokers of one wallet in one process whose journals name the same place share one lane, and
   * the first one's journal; without a place only brokers that are given the same object do.
   */
  readonly place?: string
  /** Every record so far, oldest first. Called once, before anything is appended. */
  load(): Promise<readonly JournalRecord[]>
  /**
   * Resolves once the record survives a crash. Where it rejects, nothing is sent.
   *
   * @throws BudgetExhaustedError where the store keeps a budget that does not allow the payment: nothing is wrong with the journal
   */
  append(record: JournalRecord): Promise<void>
  /** Why nothing can be appended for now; left out where that only shows in `append`. */
  refusal?(): Error | null
  /**
   * Resolves where the next record can be written. It is called at readings after `append` failed, so that the broker's health ends
   * with the cause of the failure; left out, it ends with the next record that is written.
   */
  check?(): Promise<void>
  /**
   * Resolves once a journal that another broker had is free, so that this one may load it; rejects when `signal` aborts. Left out where
   * only the next call that sends can try.
   */
  freed?(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Closing takes days: the request must outlive the process that took it. */
export type IntentionRecord =
  /** The user wants the ledger closed, from now on. `at`: milliseconds since 1970. */
  { type: 'closing'; id: string; at: number } | { type: 'closing-ended'; id: string; outcome: ClosingOutcome }

/** `stuck`: what is left lies where this network's contracts cannot reach it. */
export type ClosingOutcome = 'closed' | 'cancelled' | 'stuck'

/** The user's request to close the ledger. */
export type ClosingIntention = {
  id: string
  /** Milliseconds since 1970, for people. */
  since: number
}

/** The records of one intent, folded. */
export type JournalEntry = {
  prepared: Extract<JournalRecord, { type: 'prepared' }>
  /** Every hash it may be mined under, with the bytes where they are known. */
  attempts: readonly { hash: string; raw: string | null; fees: Fees }[]
  outcome: Extract<JournalRecord, { type: 'mined' | 'superseded' }> | null
}
