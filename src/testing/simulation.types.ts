import type { Amount } from '../base/amounts.ts'
import type { Broker, BrokerOptions } from '../broker.types.ts'
import type { Connection } from '../chain/connect.ts'
import type { Duration } from '../base/durations.ts'
import type { SimulatedChainOptions } from './chain-options.ts'
import type { SimulatedProvider } from './charges.ts'
import type { FaultKind, FaultOptions, FaultRates } from './faults.ts'
import type { SimulatedChain } from './simulated-chain.ts'

export type SimulatedBrokerOptions = Omit<SimulatedChainOptions, 'inference' | 'fineTuning'> & {
  /** Number of wallets, each with its own broker; 1 by default. */
  wallets?: number
  /** Each wallet's money at the start; 1000 OG by default. */
  funds?: Amount
  /** Number of providers; a plain number means inference. 1 by default. */
  providers?: number | { inference?: number; fineTuning?: number }
  /**
   * Whether each transaction and each charge gets a block at once. True by default; otherwise they wait for the next block,
   * which comes with `advance`, `until` or `mine`.
   */
  automine?: boolean
  /** Announces new blocks, as a socket does; by default the brokers poll at each interval, as over HTTP. */
  pushesBlocks?: boolean
  /** Options of the brokers. */
  broker?: Omit<BrokerOptions, keyof Connection | 'network' | 'journal' | 'signal'>
}

/** A wallet: its address or its index. */
export type WhichWallet = string | number

/**
 * Brokers on a simulated chain, with time under the test's control. Most calls resolve at once, but a plain `await` of a call
 * that waits for time never ends. Wrap these calls in `until`: calls that send while automine is off, calls that meet a fault
 * other than `read` (a stale reading; a refused, lost or late transaction), and `closeLedger` and other calls that wait for
 * a lock.
 *
 * A broker reads every 30 s, 2,880 times a day. Days and weeks pass faster with a longer interval, such as
 * `broker: { intervalMs: 600_000 }`.
 */
export type Simulation = {
  /** The first wallet's current broker. */
  readonly broker: Broker
  readonly brokers: readonly Broker[]
  /** The wallets' addresses. */
  readonly wallets: readonly string[]
  /** The first provider. */
  readonly provider: SimulatedProvider
  readonly providers: readonly SimulatedProvider[]
  /** The chain of the brokers, with all its controls. */
  readonly chain: SimulatedChain
  /** Milliseconds since 1970 on the clock of the simulation. */
  now(): number
  /**
   * Lets time pass for all brokers: timers run in their order, blocks come, promises settle. No real time passes. The
   * duration begins at the chain's time, which each automined block puts a block time ahead of the clock.
   */
  advance(duration: Duration): Promise<void>
  /**
   * Lets time pass until a promise settles, and returns its outcome.
   *
   * @param within the longest simulated time; 30 days by default. A promise that waits for real timers or I/O does not settle
   * @throws OgLedgerError when the promise does not settle within that time
   */
  until<T>(work: Promise<T>, within?: Duration): Promise<T>
  /** Mines blocks now; the first includes the whole pool. One block by default. */
  mine(blocks?: number): Promise<void>
  /**
   * A provider charges a wallet, by default the first. An inference provider gets at most what the sub-account holds; a
   * fine-tuning fee is taken whole or not at all.
   *
   * @returns the charged amount in wei. With automine off the next block charges it, and an earlier transaction in that block
   *   may leave less
   * @throws InvalidInputError when the charge takes nothing; `chain.spend` does not throw
   */
  spend(provider: string | SimulatedProvider, amount: Amount, wallet?: WhichWallet): bigint
  /**
   * Makes the next query or transaction fail, or the next few. Faults of earlier calls come first: two calls of `fail('read')`
   * equal `fail('read', 2)`.
   */
  fail(kind: FaultKind, times?: number | FaultOptions): void
  /** Makes queries and transactions fail with some probability, drawn from the seed. */
  failAtRandom(rates: FaultRates): void
  /** Ends all faults. */
  heal(): void
  /**
   * Kills and restarts the process of a wallet, by default the first: the old broker stops, its pending promises reject, and the
   * new broker restores from the same journal. Start auto-funding again on the new broker.
   */
  restart(wallet?: WhichWallet): Promise<Broker>
  /** Closes the brokers. Afterwards the chain can still be read; everything else here throws. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
