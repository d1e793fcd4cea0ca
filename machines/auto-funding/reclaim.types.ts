import type { Failure } from './auto-funding.types.ts'

/** When a sub-account counts as idle, and what happens to its money then. `after` in seconds, `keep` in wei. */
export type ReclaimRule = {
  after: number
  /** What stays free there. */
  keep: bigint
  /** `needed`: only while the ledger lacks money for what is due; `always`: as soon as it is idle. */
  when: 'needed' | 'always'
}

/** What is known of the use of a sub-account. Times in seconds of block time. */
export type Use = {
  /** From this time on every charge and every payment is known; null while nothing is. */
  knownSince: number | null
  /** The last charge, payment, or call that asked for it; null where none is known. */
  lastAt: number | null
  /** When auto-funding last asked its idle money back, as far as the journal knows; null where it did not. */
  reclaimedAt: number | null
  /** The logs that tell of earlier use are being read. */
  isReading: boolean
}

/** The rule of one sub-account, what is known of its use, and why the last attempt failed. */
export type ReclaimStanding = ReclaimRule & { use: Use; failure: Failure | null }

/** Why the money of a sub-account is not asked back now. The list is closed. */
export type ReclaimHold =
  /** It was charged, paid or asked for within that time. */
  | 'in-use'
  /** Whether it was charged within that time is not known yet: that counts as use. */
  | 'use-unknown'
  /** Its provider says that it has served and not charged yet. */
  | 'fee-owed'
  /** A refund is on its way from there: it is claimed once its lock is over. */
  | 'reclaiming'
  /** No more is free there than what is kept. */
  | 'nothing-free'
  /** The ledger can pay what is due, or will once the refunds that are pending come home. */
  | 'not-needed'
  /** The money of another sub-account is being asked back: one request at a time. */
  | 'queued'
  /** A transaction for it is in flight, or a caller is deciding about it. */
  | 'in-flight'
  /** Auto-funding is paused until it is resumed. */
  | 'paused'
  /** The last reading failed. */
  | 'stale-reading'
  /** The journal takes no records for now. */
  | 'journal-unavailable'
  /** The node's pool holds a transaction of this wallet that the journal does not know. */
  | 'unknown-pending'
  /** Another program with the wallet's key has just sent a transaction. */
  | 'foreign-transaction'
  /** What is free is worth less than the gas that it costs to bring it home. */
  | 'dust'
  /** The gas price could not be read yet. */
  | 'gas-unread'
  /** The chain asks for higher fees than the ceiling allows. */
  | 'fees-high'
  /** The wallet has too little for gas, beside the reserve for a full exit. */
  | 'gas-short'
  /** The last attempt failed; it is tried again later. */
  | 'backing-off'

/** What is to be asked back from a sub-account. Amounts in wei. */
export type ReclaimDecision = {
  /** What is free there beyond what is kept. */
  amount: bigint
  /** What the gas of bringing it home costs at the present price; 0 while the price is unknown. */
  cost: bigint
  /** Block time in seconds from which it counts as idle, if nothing uses it before; null while nothing is known. */
  idleFrom: number | null
  /** Why it is not asked back now; null where it is. */
  wait: ReclaimHold | null
}
