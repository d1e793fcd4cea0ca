import type { ServiceType, Wei } from '../position.types.ts'

/** One sub-account as the chain shows it at one block. Amounts in wei, times in seconds of block time. */
export type Reading = {
  exists: boolean
  balance: Wei
  pendingRefund: Wei
  /** The part of `pendingRefund` whose lock is over. */
  claimable: Wei
  /** When the next part of `pendingRefund` can be claimed; null when none is locked. */
  unlocksAt: number | null
  /** What must be available at least. */
  required: Wei
  block: number
}

export type SubAccountInput = { provider: string; serviceType: ServiceType }
export type SubAccountContext = SubAccountInput & { reading: Reading | null }

/** The facts of a sub-account. */
export type Fact =
  'account.empty' | 'account.gone' | 'balance.low' | 'balance.ample' | 'refund.locked' | 'refund.claimable'

export type SubAccountEvent = { type: Fact; reading: Reading }
