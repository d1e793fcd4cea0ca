import type { Observable } from 'rxjs'
import type { InspectionEvent } from 'xstate'
import type { Position } from '../machines/position.types.ts'
import type { Budget } from './funding/config.ts'
import type { Connection } from './chain/connect.ts'
import type { NetworkConfig, NetworkName } from './chain/networks.ts'
import type { Rules } from './chain/port.ts'
import type { Forecast } from './funding/forecast.ts'
import type { Inspect } from './base/inspection.ts'
import type { Plan, PlanOptions } from './funding/planner.ts'
import type { LedgerManager } from './ledger-manager.ts'
import type { Logger } from './base/logger.ts'
import type { ServiceManager } from './service-manager.ts'
import type { PositionStream } from './streams/positions.ts'
import type { SubAccountActor } from './lifecycle/sub-account-actors.ts'
import type { TransactionActor } from './transactions/tracked-transaction.ts'
import type { Journal } from './transactions/journal.types.ts'

export type BrokerOptions = Connection & {
  /** The deployment; by the chain's id where left out. */
  network?: NetworkName | NetworkConfig
  /** How often the position is read while anybody looks: 30 000 by default, from 100. */
  intervalMs?: number
  /** Where transactions in flight are recorded: in Node a file in the user's state directory, in browsers memory. */
  journal?: Journal
  /** The most that a unit of gas may cost, in wei; a transaction waits while the chain asks for more. */
  maxFeePerGas?: bigint
  /** At most this much for all providers together in a rolling window; it holds across restarts. */
  budget?: Budget
  /**
   * Claims refunds whose lock is over, of every sub-account, by themselves, for as long as positions are read: what is
   * free stays free. Off by default. `AutoFundingConfig` has the same for one.
   */
  autoClaim?: boolean
  /** Hears what happens; nothing is printed without one. */
  logger?: Logger
  /** XState's inspector for every actor. */
  inspect?: Inspect
  /** Closes the broker when it aborts. */
  signal?: AbortSignal
}

/** One wallet's ledger and sub-accounts: the account API, auto-funding, and everything observable about them. */
export type Broker = {
  readonly wallet: string
  readonly network: NetworkConfig
  /** Hash of the chain's first block, which tells it from another with the same id; undefined where the node has it no more. */
  readonly genesis: string | undefined
  /** What providers want to see locked, in wei, unless auto-funding is told otherwise. */
  readonly minLockedBalance: bigint
  /** What the deployment demands: minimums, limits, lock times and registered names. */
  readonly rules: Rules
  readonly ledger: LedgerManager
  readonly inference: ServiceManager
  readonly fineTuning: ServiceManager
  /** Positions as they are read, while anybody subscribes; `status` says how the reading goes. */
  readonly positions$: PositionStream
  /** What is to be done at each position, and why nothing is. */
  readonly plan$: Observable<Plan>
  /** Reads the position now. */
  position(): Promise<Position>
  /** Reads the position now and says what would be done, without doing it. */
  plan(options?: Pick<PlanOptions, 'dryRun'>): Promise<Plan>
  /** The same for a position that was read. */
  planAt(position: Position, options?: Pick<PlanOptions, 'dryRun'>): Plan
  /** When ledger, gas and each sub-account run dry at the present burn, and what to deposit. */
  forecast(): Promise<Forecast>
  /** The same for a plan that was made. */
  forecastAt(plan: Plan): Forecast
  /** What an inference provider says of itself, as the chain has it now; null where it offers no service. */
  inferenceService(provider: string): Promise<{ url: string; model: string } | null>
  /** The lifecycle actor of one sub-account. */
  subAccount(provider: string, serviceType: string): SubAccountActor
  /** The lifecycle actors of every sub-account seen so far. */
  subAccounts(): SubAccountActor[]
  /** Every transaction of this broker and what its journal remembers, oldest first. */
  transactions(): readonly TransactionActor[]
  /** Each transaction when it begins, and whenever it changes. */
  readonly transactions$: Observable<TransactionActor>
  /** What `inspect` is told of every actor, for whoever comes after the broker was made. */
  readonly inspections$: Observable<InspectionEvent>
  /**
   * Says what became of an intent whose wallet never told: its hash, or that it was not sent. Until then its
   * sub-account is held (`unresolved-intent`).
   */
  resolveIntent(id: string, outcome: 'not-sent' | { hash: string }): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
