import type { Amount } from '../base/amounts.ts'
import type { Broker, BrokerOptions } from '../broker.types.ts'
import type { Connection } from '../chain/connect.ts'
import type { Duration } from '../base/durations.ts'
import type { SimulatedChainOptions } from './chain-options.ts'
import type { SimulatedProvider } from './charges.ts'
import type { FaultKind, FaultOptions, FaultRates } from './faults.ts'
import type { SimulatedChain } from './simulated-chain.ts'

export type SimulatedBrokerOptions = Omit<SimulatedChainOptions, 'inference' | 'fineTuning'> & {
  /** How many wallets, each with a broker of its own; 1 by default. */
  wallets?: number
  /** What each of them owns at the start; 1000 OG by default. */
  funds?: Amount
  /** How many offer services: a number for inference alone; 1 by default. */
  providers?: number | { inference?: number; fineTuning?: number }
  /**
   * Each transaction and each charge gets a block at once. They do by default; off, they wait for the next block, and
   * that for `advance`, `until` or `mine`.
   */
  automine?: boolean
  /** Blocks come by themselves, as over a socket; by default they are asked for at each interval, as over HTTP. */
  pushesBlocks?: boolean
  /** What the brokers are opened with. */
  broker?: Omit<BrokerOptions, keyof Connection | 'network' | 'journal' | 'signal'>
}

/** A wallet: its address, or the how-manieth it is, from 0. */
export type WhichWallet = string | number

/**
 * Brokers on a simulated chain, with time under control. None passes by itself: most calls have their answer at once, but a
 * plain `await` of what waits for time never ends. That needs `until`: whatever sends while automine is off, whatever meets
 * a fault other than `read` (a reading that is stale, a transaction that is refused, lost or late), and `closeLedger` or
 * anything else that waits for a lock.
 *
 * A broker reads every 30 s, which is 2,880 times a day: days and weeks pass faster with a longer interval, such as
 * `broker: { intervalMs: 600_000 }`.
 */
export type Simulation = {
  /** The first wallet's broker; after a restart that is the new one. */
  readonly broker: Broker
  readonly brokers: readonly Broker[]
  /** Their addresses. */
  readonly wallets: readonly string[]
  /** The first one. */
  readonly provider: SimulatedProvider
  readonly providers: readonly SimulatedProvider[]
  /** What the brokers talk to, for everything that has no word here. */
  readonly chain: SimulatedChain
  /** Milliseconds since 1970 on the clock of the simulation. */
  now(): number
  /** Lets time pass, for everybody: timers run in their order, blocks come, promises settle. Nothing really waits. */
  advance(duration: Duration): Promise<void>
  /**
   * Lets time pass until a promise settles, and gives its outcome.
   *
   * @param within how long at most; 30 days by default. What waits for real timers or I/O does not settle meanwhile
   * @throws OgLedgerError when it has not settled by then
   */
  until<T>(work: Promise<T>, within?: Duration): Promise<T>
  /** A block now, or several; what waits is in the first. */
  mine(blocks?: number): Promise<void>
  /**
   * A provider charges a wallet, by default the first. Where an inference provider asks for more than is there, it gets
   * that; a fine-tuning fee is taken as a whole or not at all.
   *
   * @returns what was taken, in wei. With automine off the next block takes it, and this is what that takes as things
   *   stand: what comes before it into the same block may leave less
   * @throws InvalidInputError when that is nothing; `chain.spend` does not
   */
  spend(provider: string | SimulatedProvider, amount: Amount, wallet?: WhichWallet): bigint
  /**
   * The next question or transaction goes wrong, or the next so many. What was asked for before comes first: twice
   * `fail('read')` is `fail('read', 2)`.
   */
  fail(kind: FaultKind, times?: number | FaultOptions): void
  /** Questions and transactions go wrong with some probability; which ones follows from the seed. */
  failAtRandom(rates: FaultRates): void
  /** No more faults. */
  heal(): void
  /**
   * As if the process of a wallet, by default the first, were killed and started again: nothing of the old broker goes
   * on, what was awaited of it rejects, and the new one takes up its journal. Auto-funding is to be started anew.
   */
  restart(wallet?: WhichWallet): Promise<Broker>
  /** Closes the brokers. What the chain holds can still be read; everything else here is refused from then on. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
