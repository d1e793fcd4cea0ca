import { onAbort } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import { SparseSet } from '../base/sparse.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { Finality } from './finality.ts'
import { createForeignWatch, type ForeignWatch, type WalletAt } from './foreign-watch.ts'
import type { ClosingEnd } from './closing-request.ts'
import type { Intent, Receipt } from './intent.ts'
import { lostNonces } from './journal-fold.ts'
import { createJournalSession, type JournalSession } from './journal-session.ts'
import { watchJournalWrites, type JournalWrites } from './journal-writes.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import { createLaneWork, type LaneWork } from './lane-work.ts'
import type { OwnNonces } from './nonce-reading.policy.ts'
import { createPaymentMemory } from './payments.ts'
import type { RefusedTransactions } from './refused-payments.ts'
import { resolveIntent } from './resolve-intent.ts'
import { restoreTransactions } from './restore-transactions.ts'
import { UnknownPendingError } from './send-errors.ts'
import {
  createTrackedTransaction,
  type TrackedTransaction,
  type TrackedTransactionInput,
  type TransactionActor,
} from './tracked-transaction.ts'
import { leftOpen } from './tracker.ts'
import { createTransactionHistory, findMined, pays, type TransactionHistory } from './transaction-history.ts'
import { createTransactionIndex, type TransactionIndex } from './transaction-index.ts'
import { createUnknownPending, type UnknownPending } from './unknown-pending.ts'
import { createAsks, type Asks } from './asks.ts'
import { createWorkflows, type Workflows } from './workflows.ts'

export type LaneOptions = {
  port: TransactionPort
  journal: Journal
  blockTimeMs: () => number
  /**
   * Called once the journal is open, before anything is sent; and again where open claims are to be taken up: another broker that shares the
   * lane has left them, or the outcome of a retrieve has changed.
   */
  onOpen?: () => void
  /** Called with the block of each receipt, before its submitter gets it. */
  onMined: (blockNumber: number) => void
  /** Called for each transaction when it begins and when it changes. */
  onChange: (transaction: TrackedTransaction) => void
  /** Called once the journal is open, with the transactions of earlier processes. */
  onRestored?: (actors: readonly TransactionActor[]) => void
  /** Called when a reading may find the wallet without foreign transactions again. */
  onQuiet?: () => void
  /** Called once the ledger is to be closed, whichever broker was asked. */
  onClosingBegun?: () => void
  /** Called once the closing of the ledger is over, or cancelled. */
  onClosingEnded?: (end: ClosingEnd) => void
  /** The most that gas may cost, in wei; null for no limit. */
  maxFeePerGas: bigint | null
  /** How long a wallet that signs only while it sends may take, in milliseconds; ten minutes by default. */
  sendTimeoutMs?: number | undefined
  /** Added to each gas limit, so that no other machine with the key signs the same bytes: at random, from 0 to 1,023, by default. */
  gasMark?: number | undefined
  /**
   * A lane whose journal has nothing open looks at the node's pool before it sends for the first time, and not when it opens: of many
   * wallets most send nothing.
   */
  looksLate?: boolean | undefined
  clock: Clock
  logger: Logger
  inspected?: Inspected
}

/** Options of every call that sends. */
export type SendingOptions = {
  /** Ends the wait before anything is sent; what was sent is followed to its end. */
  signal?: AbortSignal | undefined
  /**
   * Hears the hash of each transaction of the call once it is sent, and that of each replacement. Where it throws, the logger gets a
   * warning.
   */
  onSent?: ((hash: string) => void) | undefined
}

export type SubmitOptions = SendingOptions & {
  /** No caller waits for it: it does not keep the process alive. */
  background?: boolean
  /** Ends the wait for the receipt; the lane follows what was sent. */
  until?: AbortSignal | undefined
}

/** What is asked about the lane's transactions at a reading. */
export type ReadingPort = Pick<TransactionPort, 'mined' | 'transactionCount' | 'pooledNonces' | 'blockHash'>

/** An intent without a known outcome. */
export type InFlight = {
  intent: Intent
  /** A wallet was asked to send it and never gave a hash: only the chain, or the wallet's user, can tell. */
  unresolved: boolean
  /** Another transaction took its nonce, which is not final yet, or the node does not show which one did. */
  nonceSpent: boolean
  /** Only a person can tell what became of it: it is unresolved, or its nonce is spent for good and the node does not show by what. */
  inDoubt: boolean
}

/** The wallet's transaction manager: nonces, write-ahead log, broadcast, resubmission, receipts. One per wallet. */
export type Lane = TransactionHistory & {
  /** Opens the journal and takes up what earlier processes left open. Where it fails, the next call tries again. */
  open(): Promise<void>
  /** Why nothing can be sent; null while everything can. */
  refusal(): Error | null
  /** As `refusal`, but null during an outage of the journal that passes by itself. */
  lastingRefusal(): Error | null
  /** Why the journal took no record when it was last written; null where it did. The next intent tries it again. */
  journalFailure(): Error | null
  /** Whether the journal was read. */
  isLoaded(): boolean
  /** Sends an intent and resolves with its receipt. Rejects before anything is sent, or once it is mined reverted. */
  submit(intent: Intent, options?: SubmitOptions): Promise<Receipt>
  /** Intents without a known outcome, with those that have no nonce yet. */
  inFlight(): InFlight[]
  /** Resolves once nothing is in flight that matches. A caller that waits keeps the process alive. */
  idle(matches: (intent: Intent) => boolean, signal?: AbortSignal): Promise<void>
  /** Whether a transaction that matches did nothing so far, and may yet be mined, or mined anew. */
  mayYetAct(matches: (intent: Intent) => boolean): boolean
  /** Corrects the block of the first mined transaction that matches: a reorganisation may have moved it. */
  locate(matches: (intent: Intent) => boolean): Promise<void>
  timestampOf: TransactionPort['timestampOf']
  isFinal: Finality['isFinal']
  /** Claims and the closing of the ledger, as the journal keeps them. */
  workflows: Pick<Workflows, 'claims' | 'closing'>
  /** Calls for sub-accounts that paid nothing, as the journal keeps them. */
  asks: Pick<Asks, 'note' | 'lastAt'>
  /** The journal takes no records for now: its store does not answer, or its lease is lost. */
  cannotRecord(): boolean
  /** Nonces in the node's pool that the journal does not know: until the chain shows their outcome, nothing is paid. */
  unknownPending(): readonly number[]
  /** What pays waits: another program with the key has just sent a transaction of this wallet. */
  holdsForForeign(): boolean
  /** How many transactions of other programs with the key were seen. */
  foreignTransactions(): number
  /** The nonces of the latest of them. */
  foreignNonces(): readonly number[]
  /** Nothing is under way, and no receipt is recent: a reading need not be confirmed. */
  isQuiet(): boolean
  /**
   * Checks that recent receipts still hold at a block, and looks for transactions of other programs. The broker calls it before it
   * decides on a position.
   *
   * @param port the node that the position is from; the lane's own where it is left out
   */
  confirm(blockNumber: number, wallet?: WalletAt, port?: ReadingPort): Promise<void>
  /** Resolves an intent that a wallet was asked to send, by what its user found out. */
  resolve(id: string, outcome: 'not-sent' | { hash: string }): Promise<void>
  /** For budgets of several wallets. */
  refused(): RefusedTransactions
  /** Every transaction that the lane remembers, oldest first. */
  transactions(): readonly TransactionActor[]
  close(): Promise<void>
}

export function createLane(options: LaneOptions): Lane {
  return new WalletLane(options)
}

class WalletLane implements Lane {
  readonly #options: LaneOptions
  /** Intents without a nonce yet. */
  readonly #preparing = new SparseSet<Intent>()
  readonly #journal: JournalWrites
  readonly #session: JournalSession
  readonly #index: TransactionIndex
  readonly #memory = createPaymentMemory()
  readonly #history: TransactionHistory
  readonly #foreign: ForeignWatch
  readonly #unknown: UnknownPending
  readonly #work: LaneWork
  readonly workflows: Workflows
  readonly asks: Asks

  constructor(options: LaneOptions) {
    const { port, looksLate, clock, logger } = options
    const blockTimeMs = (): number => options.blockTimeMs()
    const onQuiet = (): void => options.onQuiet?.()
    const [journal, preparing] = [watchJournalWrites(options.journal, clock), this.#preparing]
    const session = createJournalSession(journal, (records) => this.#restore(records))
    const index = createTransactionIndex((intent) => this.workflows.isOpenStep(intent))
    const ownNonces = (): OwnNonces => index.nonces()
    this.#options = options
    this.#journal = journal
    this.#session = session
    this.#index = index
    this.#history = createTransactionHistory({ index, preparing, memory: this.#memory })
    this.workflows = createWorkflows(session, options)
    this.asks = createAsks(session, logger)
    this.#foreign = createForeignWatch({ ownNonces, blockTimeMs, looksLate, clock, onQuiet })
    this.#unknown = createUnknownPending({ port, ownNonces, onGap: (nonce) => void this.#work.fillGap(nonce) })
    this.#work = createLaneWork({
      port,
      blockTimeMs,
      maxFeePerGas: options.maxFeePerGas,
      sendTimeoutMs: options.sendTimeoutMs,
      gasMark: options.gasMark,
      clock,
      logger,
      journal,
      session,
      index,
      unknown: this.#unknown,
      foreign: this.#foreign,
      preparing,
      remember: (input) => this.#remember(input),
      onMined: (transaction, block) => this.#onMined(transaction, block),
      onChange: (transaction) => this.#onChange(transaction),
    })
  }

  async open(): Promise<void> {
    await this.#session.open()
    const isLate = this.#options.looksLate === true && !this.#isWatching() && this.unknownPending().length === 0
    // Where the node does not answer, the first submission looks.
    if (!isLate) await this.#look().catch(() => undefined)
  }

  isLoaded(): boolean {
    return this.#session.isLoaded()
  }

  refusal(): Error | null {
    return this.#session.refusal()
  }

  journalFailure(): Error | null {
    return this.#journal.failure()
  }

  lastingRefusal(): Error | null {
    return this.#session.lastingRefusal()
  }

  cannotRecord(): boolean {
    return this.#session.outage() !== null
  }

  async submit(intent: Intent, { signal, background = false, onSent, until }: SubmitOptions = {}): Promise<Receipt> {
    const { submission, tracker } = this.#work
    this.#preparing.add(intent)
    let leave = (): void => undefined
    try {
      if (!this.#unknown.hasLooked()) await this.#refuseUnknown(intent)
      const transaction = await submission.part.prepare(intent, { signal, background, onSent })
      return await new Promise<Receipt>((resolve, reject) => {
        transaction.settle = { resolve, reject }
        const abort = (): void => reject(leftOpen(transaction))
        leave = onAbort(until, abort)
        if (until?.aborted) abort()
        tracker.part.follow(transaction)
        this.#preparing.delete(intent)
      })
    } finally {
      leave()
      this.#preparing.delete(intent)
      this.#wake()
    }
  }

  inFlight(): InFlight[] {
    return [
      ...[...this.#preparing].map((intent) => ({ intent, unresolved: false, nonceSpent: false, inDoubt: false })),
      ...(this.#work.tracker.made?.open() ?? []).map((one) => ({
        intent: one.intent,
        unresolved: one.attempts.length === 0,
        nonceSpent: one.isNonceSpent,
        inDoubt: this.#work.tracker.part.isInDoubt(one),
      })),
    ]
  }

  idle(matches: Matches, signal?: AbortSignal): Promise<void> {
    return this.#work.waits.part.idle(matches, signal)
  }

  mayYetAct(matches: Matches): boolean {
    return this.#work.tracker.made?.mayYetAct(matches) === true
  }

  async locate(matches: Matches): Promise<void> {
    await this.#work.tracker.made?.locate(findMined(this.#index.all, matches))
  }

  timestampOf(block: number): Promise<number | null> {
    return this.#options.port.timestampOf(block)
  }

  isFinal(...of: Parameters<Finality['isFinal']>): boolean {
    return this.#work.tracker.part.isFinal(...of)
  }

  unknownPending(): readonly number[] {
    return this.#unknown.nonces()
  }

  holdsForForeign(): boolean {
    return this.#foreign.isHolding()
  }

  foreignTransactions(): number {
    return this.#foreign.seen()
  }

  foreignNonces(): readonly number[] {
    return this.#foreign.nonces()
  }

  isQuiet(): boolean {
    const isAnyKnown = this.#preparing.size + this.unknownPending().length > 0
    return !isAnyKnown && !this.#isWatching() && !this.holdsForForeign() && this.workflows.claims.list().length === 0
  }

  async confirm(blockNumber: number, wallet?: WalletAt, from: ReadingPort = this.#options.port): Promise<void> {
    void this.#journal.checkAgain()
    const receipts = this.#work.tracker.made?.confirm(blockNumber, from, wallet?.timestamp)
    await Promise.all([receipts, this.#unknown.check(blockNumber, from)])
    if (this.workflows.wake()) this.#options.onOpen?.()
    // After the receipts: what they show is the lane's own.
    if (wallet) await this.#foreign.look(blockNumber, wallet, from)
  }

  resolve(id: string, outcome: 'not-sent' | { hash: string }): Promise<void> {
    const [session, tracker, { port }] = [this.#session, this.#work.tracker.part, this.#options]
    return resolveIntent({ session, tracker, port }, id, outcome)
  }

  refused(): RefusedTransactions {
    return { refused: this.#work.tracker.made?.refused.all() ?? [], own: this.#index.all }
  }

  transactions(): readonly TransactionActor[] {
    return this.#index.all.map(({ actor }) => actor)
  }

  payments(): ReturnType<TransactionHistory['payments']> {
    return this.#history.payments()
  }

  deposits(): ReturnType<TransactionHistory['deposits']> {
    return this.#history.deposits()
  }

  reclaims(): ReturnType<TransactionHistory['reclaims']> {
    return this.#history.reclaims()
  }

  paidIn(from: number, to: number): ReadonlyMap<string, bigint> {
    return this.#history.paidIn(from, to)
  }

  minedIn(from: number, to: number): Intent[] {
    return this.#history.minedIn(from, to)
  }

  lastMined(matches: Matches): Receipt | null {
    return this.#history.lastMined(matches)
  }

  minedBlock(matches: Matches): number | null {
    return this.#history.minedBlock(matches)
  }

  knownBlock(): ReturnType<TransactionHistory['knownBlock']> {
    return this.#history.knownBlock()
  }

  latestBlock(): number | null {
    return this.#history.latestBlock()
  }

  async close(): Promise<void> {
    const closed = this.#session.close()
    this.#work.tracker.made?.close()
    this.#foreign.close()
    this.#wake()
    await closed
  }

  #restore(records: readonly JournalRecord[]): void {
    this.workflows.restore(records)
    this.asks.restore(records)
    this.#memory.restore(records)
    restoreTransactions(records, {
      remember: (input) => this.#remember(input),
      tracker: this.#work.tracker,
      onMined: (transaction, block) => this.#onMined(transaction, block),
    })
    this.#unknown.report(lostNonces(records))
    this.#options.onRestored?.(this.transactions())
    this.#options.onOpen?.()
  }

  #remember(input: TrackedTransactionInput): TrackedTransaction {
    const inspected: Inspected = () => this.#options.inspected?.() ?? {}
    const transaction = createTrackedTransaction(input, inspected, this.#options.clock.now())
    const forgotten = this.#index.add(transaction)
    if (forgotten && pays(forgotten.actor)) this.#memory.add(forgotten)
    this.#options.onChange(transaction)
    return transaction
  }

  #onMined(transaction: TrackedTransaction, block: number | null): void {
    this.#index.setMinedIn(transaction, block)
    if (block !== null) this.#options.onMined(block)
  }

  #onChange(transaction: TrackedTransaction): void {
    this.#options.onChange(transaction)
    this.#wake()
  }

  #wake(): void {
    this.#work.waits.made?.wake()
  }

  #isWatching(): boolean {
    return this.#work.tracker.made?.isWatching() === true
  }

  async #look(): Promise<void> {
    this.#foreign.begin(await this.#unknown.look())
  }

  /** Looks at the pool before the lane sends for the first time. @throws UnknownPendingError for what the journal does not know */
  async #refuseUnknown({ call }: Intent): Promise<void> {
    await this.#session.ready()
    await this.#look()
    const nonces = this.unknownPending()
    if (nonces.length > 0) throw new UnknownPendingError({ operation: call.method, nonces })
  }
}

type Matches = (intent: Intent) => boolean
