import type { Provider, Signer } from 'ethers'
import type { Observable } from 'rxjs'
import type {
  AutoDepositConfig,
  AutoFundingConfig,
  Broker,
  BrokerEvent,
  BrokerOptions,
  Budget,
  Duration,
  Journal,
  Leases,
  Logger,
  NetworkConfig,
  Plan,
} from '../index.ts'
import type { ServiceType } from '../../machines/index.ts'

/** Auto-funding of one provider for a wallet. */
export type FundedProvider = {
  provider: string
  /** `inference` where it is left out. */
  serviceType?: ServiceType
  /** Left out, the defaults of `startAutoFunding` hold. */
  config?: AutoFundingConfig
}

/** What a fleet does for one wallet. Without a policy its position is read, and nothing is sent. */
export type WalletPolicy = {
  autoFunding?: readonly FundedProvider[]
  /** Keeps the wallet's ledger filled: see `ledger.startAutoDeposit`. */
  autoDeposit?: AutoDepositConfig
  /** Options of this wallet's broker: see `createBroker`. */
  budget?: Budget
  autoClaim?: boolean
  maxFeePerGas?: bigint
}

/**
 * What a fleet may pay. With leases whose store keeps budgets, as those of `og-ledger/postgres`, it counts the payments of every process of
 * the chain whose budget has the same name; else those of this process.
 */
export type FleetBudget = Budget & {
  /** `fleet` by default. With leases only: fleets of one store that each have a budget give it different names. */
  name?: string
}

export type FleetOptions = Pick<BrokerOptions, 'network' | 'signerTimeoutMs'> & {
  /** The node of all wallets: an ethers 6 provider. */
  provider: Provider
  /** Addresses. More are added with `add`. */
  wallets: readonly string[]
  /**
   * The key of a wallet: one that signs before it sends, such as ethers' `Wallet`. Called when the wallet is opened, and never for
   * wallets of other machines. Left out, the fleet reads and sends nothing.
   */
  signerFor?: (wallet: string) => Signer | Promise<Signer>
  /** What to do for a wallet; called when it is opened. */
  policyFor?: (wallet: string) => WalletPolicy | Promise<WalletPolicy>
  /** How often each position is read, in milliseconds or as `'30s'`: 30 000 by default, at least 100. The wallets are spread over it. */
  intervalMs?: number | Duration
  /** The most that all providers of all wallets together get in a rolling window. */
  budget?: FleetBudget
  /**
   * Where transactions of a wallet are recorded: in Node by default a file each in the user's state directory. Called for each try to open it; the
   * fleet closes what it is given.
   */
  journalFor?: (wallet: string) => Journal | Promise<Journal>
  /** Shares the wallets with other machines: only those that are claimed are opened, with the journal of the lease. */
  leases?: Leases
  /** The most wallets that this process claims; all of them by default. */
  capacity?: number
  logger?: Logger
  /** Closes the fleet when it aborts. */
  signal?: AbortSignal
}

/**
 * `opening`: its key, journal and policy are being opened. `open`: this process reads it and sends for it. `free`: no process has it
 * yet. `foreign`: another process has its lease. `failed`: it could not be opened, `reason` says why, and
 * `retry` when it is tried again. `closing`: it is being closed.
 */
export type WalletState = 'opening' | 'open' | 'free' | 'foreign' | 'failed' | 'closing'

/** One wallet of a fleet. */
export type FleetWallet = {
  wallet: string
  state: WalletState
  /** Why it is not open, or why nothing can be sent for it; null where all is well. */
  reason: string | null
  error: Error | null
  /**
   * Who has it and for which time; null without leases, and while no process has it. `expiresInMs`: where this process has it, for how
   * many milliseconds at least if no heartbeat succeeds any more; left out where the store does not tell.
   */
  lease: { holder: string; epoch: number; expiresInMs?: number } | null
  /**
   * When a wallet that could not be opened is tried again, by what kept it: `locked` by another process, `transient` as a node or a disk that
   * may come back, or `lasting` as a wrong key. Left out where it did not fail.
   */
  retry?: {
    kind: 'locked' | 'transient' | 'lasting'
    /** Milliseconds since 1970. With leases it is tried from then on, once its lease is free. */
    at: number
    /** How often it failed in this way, one time after the other. */
    failures: number
  }
}

/** Many wallets on one chain: a broker each, one reading for all of them. */
export type Fleet = {
  /** The chain of its wallets, and where the contracts are on it. */
  readonly network: NetworkConfig
  /** The wallets in the order in which they were added. */
  wallets(): FleetWallet[]
  /** The broker of a wallet; null while this process has not opened it: `wallets()` says why. */
  broker(wallet: string): Broker | null
  /** The brokers that are open. */
  brokers(): readonly Broker[]
  /** The plan of each wallet at each of its readings; `plan.position.wallet.address` tells which. */
  readonly plan$: Observable<Plan>
  /** The events of every wallet while this process has it: those of `broker.events$`, and each has its `wallet`. */
  readonly events$: Observable<BrokerEvent>
  /** How many leases were lost to another process, or to a store that does not answer. */
  leasesLost(): number
  /** Adds a wallet and opens it, or waits for its lease. Resolves once it is open, or `wallets()` has the reason. */
  add(wallet: string): Promise<void>
  /** Closes the broker of a wallet, hands its lease back and forgets it. */
  remove(wallet: string): Promise<void>
  /** Closes every broker and hands every lease back. What is in flight is followed to its end by the next process. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
