/** The services that a provider is paid for. One provider may have a sub-account in each. */
export type ServiceType = 'inference' | 'fine-tuning'

/** A refund that was requested and is not claimed. Times in seconds of block time. */
export type Refund = {
  amount: bigint
  createdAt: number
  /** `createdAt` plus the lock time at this block; the contract's owner may change the latter. */
  unlocksAt: number
  /** The lock is over at this block: the next retrieve returns it to the ledger. */
  claimable: boolean
}

/** One sub-account at one block. Amounts in wei. */
export type SubAccountPosition = {
  provider: string
  serviceType: ServiceType
  balance: bigint
  pendingRefund: bigint
  /** `balance - pendingRefund`: what the provider may charge. */
  available: bigint
  /** The part of `pendingRefund` whose lock is over. */
  claimable: bigint
  refunds: readonly Refund[]
  /** The wallet accepts the signer that the provider's service runs with. */
  acknowledged: boolean
  /** Inference: single API tokens were revoked; they are valid again when the account is closed and opened anew. */
  tokensRevoked: boolean
}

/**
 * A sub-account in a registered version of a service that the network does not name: the lists of the network's own
 * services do not show it.
 */
export type SubAccountElsewhere = SubAccountPosition & {
  /** The exact registered name, such as `inference-v1.1`. */
  service: string
  /** Seconds that a refund is locked there, at this block. */
  lockTime: number
}

/** The wallet's unallocated funds. Amounts in wei; `locked = total - available` lies in sub-accounts. */
export type LedgerPosition = { available: bigint; total: bigint; locked: bigint; additionalInfo: string }

/** Block number, and its time in seconds. */
export type Block = { number: number; timestamp: number }

/** Everything a wallet has in 0G Compute, at one block. `ledger` is null when the contract says that there is none. */
export type Position = {
  block: Block
  wallet: { address: string; balance: bigint }
  ledger: LedgerPosition | null
  subAccounts: readonly SubAccountPosition[]
  /** Sub-accounts that hold money in other versions of the services; left out where there is none. */
  elsewhere?: readonly SubAccountElsewhere[]
}

/** What providers settled within a stretch of time, oldest first. Times in seconds of block time, amounts in wei. */
export type Settlements = {
  since: number
  /** The first block that was read: its time is `since`. */
  sinceBlock: number
  until: number
  settled: readonly { provider: string; serviceType: ServiceType; amount: bigint; at: number }[]
  /** When money came into a sub-account from the ledger; what was only taken back from a refund is not counted. */
  paid: readonly { provider: string; serviceType: ServiceType; at: number }[]
  /** Sub-accounts that were opened within the stretch: their burn is measured from then on. */
  opened: readonly { provider: string; serviceType: ServiceType; at: number }[]
}

/** An amount in wei as a decimal string: machine context and events are JSON, which has no bigint. */
export type Wei = `${bigint}`
