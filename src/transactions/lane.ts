import { onAbort } from '../base/abortable.ts'
import type { Inspected } from '../base/inspection.ts'
import { SparseSet } from '../base/sparse.ts'
import type { Finality } from './finality.ts'
import { createForeignWatch, type ForeignWatch, type WalletAt } from './foreign-watch.ts'
import type { Intent, Receipt } from './intent.ts'
import { lostNonces } from './journal-fold.ts'
import { createJournalSession, type JournalSession } from './journal-session.ts'
import { watchJournalWrites, type JournalWrites } from './journal-writes.ts'
import type { JournalRecord } from './journal.types.ts'
import { createLaneWork, type LaneWork } from './lane-work.ts'
import type { InFlight, Lane, LaneOptions, ReadingPort, SubmitOptions } from './lane.types.ts'
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

/** Makes a wallet's transaction manager: see Lane. */
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
