import type { Block, Position, ServiceType } from '../../machines/position.types.ts'
import type { Amount } from '../base/amounts.ts'
import type { Connected } from '../chain/connect.ts'
import type { NetworkConfig } from '../chain/networks.ts'
import type { SimulatedOffer, SimulatedProvider } from './charges.ts'
import type { Contracts } from './contracts/contracts.ts'
import type { ContractEvent } from './contracts/transaction.ts'
import type { FaultKind, FaultOptions, FaultRates } from './faults.ts'
import type { ConnectionOptions } from './simulated-connection.ts'

/** The contracts of 0G Compute and a node, in memory. Time passes only by advance() and mine(). */
export type SimulatedChain = {
  network: NetworkConfig
  /** Providers with a service, in the order of their registration. */
  readonly providers: readonly SimulatedProvider[]
  /** Random numbers from the chain's seed. */
  random(): number
  contracts: Contracts
  /** Connects a broker of this wallet. */
  connect(wallet: string, how?: ConnectionOptions): Connected
  head(): Block
  /** A wallet's position in the latest block, without faults. */
  position(wallet: string): Position
  /** Subscribes to each new latest block. @returns the unsubscribe function */
  onBlock(listener: (blockNumber: number) => void): () => void
  /** Subscribes to each event of the contracts, in their order. @returns the unsubscribe function */
  onEvent(listener: (event: ContractEvent, block: Block) => void): () => void

  /** Mines blocks now; the first includes everything that waits in the pool. One block by default. */
  mine(count?: number): void
  /** Lets seconds pass, with a block every block time. */
  advance(seconds: number): void
  /** Whether each transaction gets a block at once. On by default; off, it waits for mine() or advance(). */
  setAutomine(on: boolean): void
  /** Sets the base fee of blocks in wei per gas; 1 gwei by default. A transaction that offers less waits. */
  setBaseFee(wei: bigint): void

  /** Gives a wallet money. */
  fund(wallet: string, amount: Amount): void
  /**
   * A provider charges a wallet. An inference provider takes at most what the sub-account holds; a fine-tuning fee is taken
   * whole or not at all. A charge of nothing has no effect.
   */
  spend(provider: string, wallet: string, amount: Amount, serviceType?: ServiceType): void
  /** What such a charge would take in the next block, in wei. Charges nothing. */
  wouldSpend(provider: string, wallet: string, amount: Amount, serviceType?: ServiceType): bigint
  /** Changes the lock time of refunds, pending ones included, in seconds from 3600 to 604800. */
  setLockTime(seconds: number, serviceType?: ServiceType): void

  /** A new provider registers a service; the owner accepts its signer. An address that has no service of this type yet. */
  register(provider: string | SimulatedProvider, serviceType?: ServiceType): SimulatedProvider
  /** A provider removes its service. Sub-accounts with it stay, and it charges nothing any more. */
  leave(provider: string, serviceType?: ServiceType): void
  /** A provider changes its offer. With another model or kind the owner's acceptance is gone, as on the contracts. */
  changeOffer(provider: string, offer: Partial<SimulatedOffer>, serviceType?: ServiceType): void
  /** The owner accepts a provider's signer, or takes the acceptance back: without it no settlement succeeds. */
  setAccepted(provider: string, accepted: boolean, serviceType?: ServiceType): void

  /** Makes the next queries or transactions fail, after those of earlier calls; one by default. */
  fail(kind: FaultKind, how?: number | FaultOptions): void
  /** Makes queries and transactions fail with some probability, drawn from the seed. */
  failAtRandom(rates: FaultRates): void
  /** Ends all faults. */
  heal(): void
  /** Makes the node forget the pending transactions. */
  dropTransactions(): void
  /**
   * Replaces the last blocks by empty ones. Their transactions return to the pool, unless `forget`. Final blocks stay: those
   * with the providers, those before makeFinal(), and all but the last 256 blocks with content.
   */
  reorganise(depth: number, how?: { forget?: boolean }): void
  /** Makes all blocks so far final. */
  makeFinal(): void
}
