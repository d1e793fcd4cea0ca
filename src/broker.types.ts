import type { Observable } from 'rxjs'
import type { InspectionEvent } from 'xstate'
import type { Position } from '../machines/position.types.ts'
import type { Budget } from './funding/config/budget.ts'
import type { ReadingOptions } from './managers/call-options.ts'
import type { ServiceName } from './chain/service-name.ts'
import type { Connection } from './chain/connect.ts'
import type { NetworkConfig, NetworkName } from './chain/networks.ts'
import type { Rules } from './chain/port.ts'
import type { BrokerCounts } from './counts/counts.types.ts'
import type { BrokerEvent } from './events/event.types.ts'
import type { Forecast } from './funding/forecast.ts'
import type { Duration } from './base/durations.ts'
import type { Inspect } from './base/inspection.ts'
import type { Plan, PlanOptions } from './funding/plan.ts'
import type { LedgerManager } from './managers/ledger-manager.ts'
import type { Logger } from './base/logger.ts'
import type { Tracer } from './base/tracer.ts'
import type { FineTuningManager } from './managers/fine-tuning-manager.ts'
import type { InferenceManager } from './managers/inference-manager.ts'
import type { WalletStanding } from './managers/standing.ts'
import type { PositionStream } from './streams/positions.ts'
import type { SubAccountActor } from './lifecycle/sub-account-actors.ts'
import type { TransactionActor } from './transactions/tracked-transaction.ts'
import type { JournalRepair } from './transactions/journal-repair.ts'
import type { Journal } from './transactions/journal.types.ts'

export type BrokerOptions = Connection & {
  /** The deployment; found by the chain's id where left out. */
  network?: NetworkName | NetworkConfig
  /** How often the position is read while there is a subscriber, in milliseconds or as `'30s'`: 30 000 by default, at least 100. */
  intervalMs?: number | Duration
  /** Where transactions in flight are recorded: in Node a file in the user's state directory, in browsers IndexedDB. */
  journal?: Journal
  /** The most that a unit of gas may cost, in wei; a transaction waits while the chain's price is higher. */
  maxFeePerGas?: bigint
  /**
   * How long the signer may take, in milliseconds or as `'5m'`, from 1000: by default two minutes to sign, and ten for a wallet that signs
   * only while it sends, because a person is asked there. After it that transaction is not sent (a late signature is dropped),
   * or `unresolved` where the wallet may still send it; all others go on.
   */
  signerTimeoutMs?: number | Duration
  /** The most that all providers together get in a rolling window; it holds across restarts. */
  budget?: Budget
  /**
   * Auto-claims refunds whose lock is over, of every sub-account, while positions are read; what is available there stays
   * available. Off by default. `AutoFundingConfig` has the same option for one sub-account.
   */
  autoClaim?: boolean
  /** Receives log lines; without one the broker prints nothing. */
  logger?: Logger
  /**
   * Receives a span for each reading, plan and transaction: `trace.getTracer('my-app')` of `@opentelemetry/api`, which og-ledger
   * does not import.
   */
  tracer?: Tracer
  /** XState's inspector for every actor. */
  inspect?: Inspect
  /** Closes the broker when it aborts. */
  signal?: AbortSignal
}

/** One wallet's ledger and sub-accounts: the account API, auto-funding, and everything observable about them. */
export type Broker = {
  readonly wallet: string
  readonly network: NetworkConfig
  /** Hash of the chain's first block, which tells two chains of one id apart; undefined where the node has dropped it. */
  readonly genesis: string | undefined
  /** The locked balance that providers demand, in wei, unless a config of auto-funding names another. */
  readonly minLockedBalance: bigint
  /** The rules of the deployment: minimums, limits, lock times and registered names. */
  readonly rules: Rules
  readonly ledger: LedgerManager
  readonly inference: InferenceManager
  readonly fineTuning: FineTuningManager
  /** Positions as they are read, while there is a subscriber; `status` says how the reading goes. */
  readonly positions$: PositionStream
  /** The plan of each position: what is to be done, and why not. */
  readonly plan$: Observable<Plan>
  /** Reads the position now. */
  position(options?: ReadingOptions): Promise<Position>
  /** Reads the position now and plans for it, without acting on the plan. */
  plan(options?: Pick<PlanOptions, 'dryRun'> & ReadingOptions): Promise<Plan>
  /**
   * Plans for a position that was read.
   *
   * @throws NotLoadedError for a dry run of a broker without a signer in a page, before `plan` with one, or `forecast`, has loaded its planner
   */
  planAt(position: Position, options?: Pick<PlanOptions, 'dryRun'>): Plan
  /** When ledger, gas and each sub-account run dry at the present burn, and what to deposit. */
  forecast(options?: ReadingOptions): Promise<Forecast>
  /** The forecast for a plan that was made. */
  forecastAt(plan: Plan): Forecast
  /** The service that an inference provider has registered, as the chain shows it now; null where it offers none. */
  inferenceService(provider: string, options?: ReadingOptions): Promise<{ url: string; model: string } | null>
  /** The lifecycle actor of one sub-account. */
  subAccount(provider: string, serviceType: ServiceName): SubAccountActor
  /** The lifecycle actors of every sub-account that a position has shown. */
  subAccounts(): SubAccountActor[]
  /**
   * Where everything of the wallet stands now. Nothing is read for it, and no actor or manager is made, as looking at those does: it
   * costs a fleet of many wallets nothing that stays.
   *
   * @example
   * const low = broker.standing().subAccounts.filter(({ value }) => value === 'low')
   */
  standing(): WalletStanding
  /** Every transaction of this broker and of its journal, oldest first. */
  transactions(): readonly TransactionActor[]
  /**
   * How many transactions of other programs with the wallet's key this broker has seen since it was opened; 0 without a signer. After
   * each, what pays waits until the wallet is quiet (`foreign-transaction`).
   */
  foreignTransactions(): number
  /** Each transaction when it begins, and whenever it changes. */
  readonly transactions$: Observable<TransactionActor>
  /** The events that `inspect` receives of every actor, for subscribers that come after the broker was made. */
  readonly inspections$: Observable<InspectionEvent>
  /**
   * What happens to the wallet's money, each event once: top-ups and deposits from decision to receipt, holds, what runs low,
   * refunds, closing, readings that fail. Nothing is read for it: it tells what happens while positions are read.
   */
  readonly events$: Observable<BrokerEvent>
  /** The newest plan, with its position; null before the first reading. Nothing is read for it. */
  latest(): Plan | null
  /** Why nothing can be sent: its journal is locked, damaged, or could not be written. Null where all can be sent, and without a signer. */
  refusal(): Error | null
  /** What was counted since the broker was opened. Nothing is read for it. */
  counts(): BrokerCounts
  /**
   * Resolves an intent whose wallet did not say whether it sent the transaction: its hash, or that it was not sent. Until
   * then its sub-account is held (`unresolved-intent`).
   *
   * Of a transaction that was sent, only where its nonce is spent and the node cannot show by what, as one without old blocks. There
   * `'not-sent'` risks that a payment which was mined counts in no budget, and its hash that one counts which was not made.
   *
   * @throws InvalidInputError for an id that is not open, a hash that is none, and a transaction that is followed to its end
   */
  resolveIntent(id: string, outcome: 'not-sent' | { hash: string }): Promise<void>
  /**
   * Locks this wallet's journal file and says what its damage has lost, and what the chain says about that. Only `write` changes
   * anything: it keeps the damaged file beside the repaired one. Dispose it to give the lock back; then the broker sends again.
   *
   * @param options.path where the file is; in the user's state directory by default
   * @throws LockedError while another process has the journal, JournalError for a place that does not serve, ReadError
   */
  openJournalRepair(options?: { path?: string }): Promise<JournalRepair>
  /**
   * Resolves once the broker is closed. The broker itself keeps no process alive: a program that waits for this lives until then.
   *
   * @example
   * process.once('SIGTERM', () => void broker.close())
   * await broker.closed
   */
  readonly closed: Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
