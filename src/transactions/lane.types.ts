import type { Clock } from '../base/clock.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { Asks } from './asks.ts'
import type { ClosingEnd } from './closing-request.ts'
import type { Finality } from './finality.ts'
import type { WalletAt } from './foreign-watch.ts'
import type { Intent, Receipt } from './intent.ts'
import type { Journal } from './journal.types.ts'
import type { RefusedTransactions } from './refused-payments.ts'
import type { TrackedTransaction, TransactionActor } from './tracked-transaction.ts'
import type { TransactionHistory } from './transaction-history.ts'
import type { Workflows } from './workflows.ts'

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
