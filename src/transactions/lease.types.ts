import type { Journal } from './journal.types.ts'

/**
 * A journal that several machines share. It takes records only while its lease on the wallet holds, so that two machines never
 * send for one wallet. `createBroker({ signer, journal, signal: journal.lost })` closes once another machine has the wallet.
 */
export interface LeasedJournal extends Journal {
  readonly chainId: bigint
  readonly wallet: string
  /** What the store calls this machine's process. */
  readonly holder: string
  /** The fencing token: how often the wallet was claimed. */
  readonly epoch: number
  /** For how long the lease holds at least without another heartbeat, in milliseconds by this process's clock. Left out where unknown. */
  expiresInMs?(): number
  /** Aborts, with the reason, once the lease is lost for good: another holder has claimed the wallet, or the store has lost records. */
  readonly lost: AbortSignal
  /**
   * Binds the records to the chain with this first block, before they are loaded; left out, they are of any chain with the id.
   *
   * @throws JournalError where they belong to another chain
   */
  bind?(genesis: string): Promise<void>
  /** Why nothing can be appended now, as while the store does not answer; null while records are taken. */
  refusal(): Error | null
  /** Stops appending and hands the lease back at once: the next holder need not wait for its end. */
  close(): Promise<void>
}

/** The leases of wallets, as a store keeps them that all machines share. One object serves one process. */
export interface Leases {
  readonly holder: string
  /** How long a lease holds after its last heartbeat, in milliseconds. */
  readonly leaseMs: number
  /**
   * Claims wallets that have no holder, or whose lease is over. Each one comes with its journal, and its lease is kept by heartbeats until
   * that journal is closed or lost.
   *
   * @returns the claimed ones, in no order; fewer than `atMost` where other holders have the rest
   * @throws JournalError where the store cannot be used
   */
  claim(request: ClaimRequest): Promise<readonly LeasedJournal[]>
  /** What the store says of every wallet of a chain that was ever claimed. */
  list(chainId: bigint): Promise<readonly Lease[]>
  /**
   * Holds what is claimed to a budget that the store keeps for every process that names it alike: the journals that the returned leases
   * claim take the record of a payment (`paymentsIn`) only where the budget allows it, and reject it with a BudgetExhaustedError
   * otherwise. Left out by a store that keeps none: a fleet's budget is then that of its process.
   */
  withBudget?(budget: CommonBudget): BudgetedLeases
  /** Closes every journal that was claimed here, which hands the leases back. */
  close(): Promise<void>
}

/** A budget of several machines: at most so much, in wei, in any stretch of so many seconds by the store's clock. */
export type CommonBudget = { chainId: bigint; name: string; amount: bigint; seconds: number }

/** Leases whose wallets together pay no more than a budget allows. */
export interface BudgetedLeases extends Leases {
  /**
   * What the budget leaves, in wei, as the store last said; all of it before the first answer. Called where money is due: it may ask the
   * store in the background. The store decides at the record of each payment.
   */
  left(): bigint
}

export type ClaimRequest = {
  chainId: bigint
  /** Hash of the chain's first block: the journal of another chain with the same id is refused. */
  genesis?: string | undefined
  wallets: readonly string[]
  /** The most to claim: all of them by default. */
  atMost?: number
}

export type Lease = {
  chainId: bigint
  wallet: string
  /** Null while no process has it, or once its lease is over. */
  holder: string | null
  epoch: number
  /** By the store's clock, in milliseconds; null without a holder. */
  expiresInMs: number | null
}
