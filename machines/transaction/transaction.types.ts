import type { ServiceType, Wei } from '../position.types.ts'

/** What a transaction does. Amounts in wei. */
export type IntentSummary = {
  /** The contract's function. */
  operation: string
  /** The sub-account that it moves money to; null without one. */
  subAccount: { provider: string; serviceType: ServiceType } | null
  /** What it moves: to the ledger, a sub-account or the wallet. */
  amount: Wei
  /** The most that it may take out of the ledger's available funds. */
  fromLedger: Wei
}

export type TransactionInput = IntentSummary & { id: string; nonce: number; hash: string | null }

/** Why a node did not take a transaction: a reason of a closed list, and the node's own words without credentials. */
export type NodeRefusal = { reason: string; message: string }

export type TransactionContext = TransactionInput & {
  /** Every hash under which it was broadcast: the first, then its replacements with higher fees. */
  hashes: readonly string[]
  /** Set while it is mined. */
  blockNumber: number | null
  gasUsed: Wei | null
  /** Why it reverted, why the node refused it, or which transaction took its nonce. */
  reason: string | null
  /** What the node said the last time that it was sent; null where the node took it, and where its answer says nothing. */
  refusal: NodeRefusal | null
}

export type TransactionEvent =
  /** It was broadcast: the node has it, or may have it. */
  | { type: 'sent'; hash: string | null; /** The node did not take it. */ refusal?: NodeRefusal | null }
  /** The same intent at the same nonce with a higher fee. */
  | { type: 'replaced'; hash: string }
  | { type: 'receipt.succeeded'; hash: string; blockNumber: number; gasUsed: Wei }
  | { type: 'receipt.reverted'; hash: string; blockNumber: number; gasUsed: Wei; reason: string }
  /** A reorganisation removed its block. */
  | { type: 'receipt.gone' }
  /** The node refuses it for good and does not know it, and its nonce is free: it is not sent again. */
  | { type: 'node.refused'; reason: string }
  /** Its nonce was spent by a transaction that is not ours. */
  | { type: 'nonce.taken'; reason: string }
