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
  /** What the provider wants to see available. */
  required: Wei
  block: number
}

export type SubAccountInput = { provider: string; serviceType: ServiceType }
export type SubAccountContext = SubAccountInput & { reading: Reading | null }

/** What a reading can state about a sub-account. */
export type Fact =
  'account.empty' | 'account.gone' | 'balance.low' | 'balance.ample' | 'refund.locked' | 'refund.claimable'

export type SubAccountEvent = { type: Fact; reading: Reading }
