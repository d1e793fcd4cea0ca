import type { ServiceType } from '../../machines/position.types.ts'
import type { HistogramCounts } from '../base/histogram.ts'

/** What a broker has counted since it was opened, whether or not something reads it. Amounts in wei, durations in seconds. */
export type BrokerCounts = {
  /** `dropped`: the node answered, but its block was too old or could not be right. */
  readings: { ok: number; failed: number; dropped: number }
  /** How often the plan decided something new about a sub-account; `reason` is empty where it did not hold. */
  decisions: readonly { action: string; reason: string; count: number }[]
  /** Payments to sub-accounts that have ended; `result` is `mined` or the outcome of `top-up.failed`. */
  topUps: readonly { provider: string; serviceType: ServiceType; result: string; count: number; amount: bigint }[]
  /** What providers charged, as far as readings show it. */
  charged: readonly { provider: string; serviceType: ServiceType; amount: bigint }[]
  /** Transactions that have ended, and what their gas cost as far as receipts say; `kind` is the contract's function. */
  transactions: readonly { kind: string; result: string; count: number; fee: bigint }[]
  replacements: readonly { kind: string; count: number }[]
  /** Transactions that a node did not take, by its reason; each reason of each transaction once. */
  refusals: readonly { kind: string; reason: string; count: number }[]
  reorganised: readonly { kind: string; count: number }[]
  /** Transactions without an outcome; `oldest` since this process knows of it, `unresolved` as for the hold reason. */
  inFlight: readonly { kind: string; count: number; oldest: number; unresolved: number }[]
  rpcRequests: readonly { method: string; result: string; count: number }[]
  providerRequests: readonly { provider: string; result: string; count: number }[]
  readingSeconds: HistogramCounts
  /** From a transaction's first broadcast to its receipt. */
  confirmationSeconds: HistogramCounts
  /** From the reading that makes a top-up due to its receipt. */
  reactionSeconds: HistogramCounts
  journalAppendSeconds: HistogramCounts
}
