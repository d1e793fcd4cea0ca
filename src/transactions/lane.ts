import type { Clock } from '../base/clock.ts'
import type { Inspected } from '../base/inspection.ts'
import { createListeners } from '../base/listeners.ts'
import type { Logger } from '../base/logger.ts'
import type { TransactionPort } from '../chain/port.ts'
import { createIdleWait } from './idle-wait.ts'
import type { Intent, Receipt } from './intent.ts'
import { createJournalSession } from './journal-session.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import { createPaymentMemory } from './payments.ts'
import { resolveIntent } from './resolve-intent.ts'
import { restoreTransactions } from './restore-transactions.ts'
import { createSubmission } from './submission.ts'
import {
  createTrackedTransaction,
  type TrackedTransaction,
  type TrackedTransactionInput,
  type TransactionActor,
} from './tracked-transaction.ts'
import { createTracker } from './tracker.ts'
import { createTransactionHistory, findMined, paymentIn, type TransactionHistory } from './transaction-history.ts'
import { createTransactionIndex } from './transaction-index.ts'
import { createUnknownPending } from './unknown-pending.ts'
import { createWorkflows, type Workflows } from './workflows.ts'

export type LaneOptions = {
  port: TransactionPort
  journal: Journal
  blockTimeMs: () => number
  /** Called once the journal is open, before anything is sent. */
  onOpen?: () => void
  /** Called with the block of each receipt, before its submitter gets it. */
  onMined: (blockNumber: number) => void
  /** Called for each transaction when it begins and when it changes. */
  onChange: (actor: TransactionActor) => void
  /** The most that gas may cost, in wei; null for no limit. */
  maxFeePerGas: bigint | null
  clock: Clock
  logger: Logger
  inspected?: Inspected
}

export type SubmitOptions = {
  signal?: AbortSignal | undefined
  /** No caller waits for it: it does not keep the process alive. */
  background?: boolean
}

/** An intent without a known outcome. */
export type InFlight = {
  intent: Intent
  /** A wallet was asked to send it and never gave a hash: only the chain, or the wallet's user, can tell. */
  unresolved: boolean
}

/** The wallet's transaction manager: nonces, write-ahead log, broadcast, resubmission, receipts. One per wallet. */
export type Lane = TransactionHistory & {
  /** Opens the journal and takes up what earlier processes left open. Where it fails, the next call tries again. */
  open(): Promise<void>
  /** Why nothing can be sent; null while everything can. */
  refusal(): Error | null
  /** Sends an intent and resolves with its receipt. Rejects before anything is sent, or once it is mined reverted. */
  submit(intent: Intent, options?: SubmitOptions): Promise<Receipt>
  /** Intents without a known outcome, with those that have no nonce yet. */
  inFlight(): InFlight[]
  /** Resolves once nothing is in flight that matches. A caller that waits keeps the process alive. */
  idle(matches: (intent: Intent) => boolean, signal?: AbortSignal): Promise<void>
  /** Corrects the block of the first mined transaction that matches: a reorganisation may have moved it. */
  locate(matches: (intent: Intent) => boolean): Promise<void>
  timestampOf: TransactionPort['timestampOf']
  /** Claims and the closing of the ledger, as the journal keeps them. */
  workflows: Pick<Workflows, 'claims' | 'closing'>
  /** Nonces in the node's pool that the journal does not know: until the chain shows their outcome, nothing is paid. */
  unknownPending(): readonly number[]
  /** Checks that recent receipts still hold at a block. The broker calls it before it decides on a position. */
  confirm(blockNumber: number): Promise<void>
  /** Resolves an intent that a wallet was asked to send, by what its user found out. */
  resolve(id: string, outcome: 'not-sent' | { hash: string }): Promise<void>
  /** Every transaction that the lane remembers, oldest first. */
  transactions(): readonly TransactionActor[]
  close(): Promise<void>
}

export function createLane(options: LaneOptions): Lane {
  const { port, journal, blockTimeMs, onOpen, maxFeePerGas, clock, logger, inspected = () => ({}) } = options
  /** Intents without a nonce yet. */
  const preparing = new Set<Intent>()
  const session = createJournalSession(journal, restore)
  const workflows = createWorkflows(session)
  const index = createTransactionIndex(workflows.isOpenStep)
  const payments = createPaymentMemory()
  const unknown = createUnknownPending(port, index.nonces)
  let looking: Promise<void> | null = null
  const onGap = createListeners<number>()
  const tracker = createTracker({
    port,
    journal,
    blockTimeMs,
    onMined,
    onChange,
    onGap: onGap.emit,
    onUnknown: unknown.report,
    ownNonces: index.nonces,
    maxFeePerGas,
    clock,
    logger,
  })
  const submission = createSubmission({
    port,
    session,
    index,
    tracker,
    onUnknown: unknown.report,
    remember,
    maxFeePerGas,
    clock,
  })
  onGap.add(
    (nonce) =>
      void submission
        .fillGap(nonce)
        .catch((error: unknown) => logger.warn({ err: error, nonce }, 'the gap could not be filled')),
  )
  const { idle, wake } = createIdleWait({
    session,
    tracker,
    inFlight: () => [...preparing, ...tracker.open().map(({ intent }) => intent)],
  })

  return {
    ...createTransactionHistory({ index, preparing, paid: payments.all }),
    async open() {
      await session.open()
      // Where the node does not answer, the next submission looks.
      await (looking ??= unknown.look().catch(() => undefined))
    },
    refusal: session.refusal,
    async submit(intent, { signal, background = false } = {}) {
      preparing.add(intent)
      try {
        const transaction = await submission.prepare(intent, { signal, background })
        return await new Promise<Receipt>((resolve, reject) => {
          transaction.settle = { resolve, reject }
          tracker.follow(transaction)
          preparing.delete(intent)
        })
      } finally {
        preparing.delete(intent)
        wake()
      }
    },
    inFlight: () => [
      ...[...preparing].map((intent) => ({ intent, unresolved: false })),
      ...tracker.open().map(({ intent, attempts }) => ({ intent, unresolved: attempts.length === 0 })),
    ],
    idle,
    locate: (matches) => tracker.locate(findMined(index.all, matches)),
    timestampOf: port.timestampOf,
    workflows,
    unknownPending: unknown.nonces,
    async confirm(blockNumber) {
      await Promise.all([tracker.confirm(blockNumber), unknown.check(blockNumber)])
    },
    resolve: (id, outcome) => resolveIntent({ session, tracker }, id, outcome),
    transactions: () => index.all.map(({ actor }) => actor),
    async close() {
      const closed = session.close()
      tracker.close()
      wake()
      await closed
    },
  }

  function restore(records: readonly JournalRecord[]): void {
    workflows.restore(records)
    payments.restore(records)
    restoreTransactions(records, { remember, tracker, onMined })
    onOpen?.()
  }

  function remember(input: TrackedTransactionInput): TrackedTransaction {
    const transaction = createTrackedTransaction(input, inspected, clock.now())
    const forgotten = index.add(transaction)
    const payment = forgotten && paymentIn(forgotten)
    if (payment) payments.add(payment)
    options.onChange(transaction.actor)
    return transaction
  }

  function onMined(transaction: TrackedTransaction, block: number | null): void {
    index.setMinedIn(transaction, block)
    if (block !== null) options.onMined(block)
  }

  function onChange({ actor }: TrackedTransaction): void {
    options.onChange(actor)
    wake()
  }
}
