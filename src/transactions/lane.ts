import type { TransactionPort } from '../chain/port.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError, InvalidInputError, NotSentError, UnresolvedIntentError } from '../base/errors.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import { createSerialQueue } from '../base/serial.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { createTransactionIndex } from './transaction-index.ts'
import {
  createTrackedTransaction,
  type TrackedTransaction,
  type TrackedTransactionInput,
  type TransactionActor,
} from './tracked-transaction.ts'
import { capFees } from './fees.ts'
import { createTracker } from './tracker.ts'
import type { Intent, Receipt } from './intent.ts'
import { createClosingRequest } from './closing-request.ts'
import { foldRecords, openClaims } from './journal-fold.ts'
import { isCounted } from './payments.ts'
import type { Claim, ClaimEnded, Journal, JournalEntry, JournalRecord, Payment } from './journal.types.ts'
import { createTransactionHistory, paymentIn } from './transaction-history.ts'

export type LaneOptions = {
  port: TransactionPort
  journal: Journal
  blockTimeMs: () => number
  /** Hears that the journal is open, before anything is sent. */
  onOpen?: () => void
  /** Hears of each receipt before whoever waits for it. */
  onMined: (blockNumber: number) => void
  /** Hears of each transaction when it begins and when it changes. */
  onChange: (actor: TransactionActor) => void
  /** The most that gas may cost, in wei; null for no limit. */
  maxFeePerGas: bigint | null
  clock: Clock
  logger: Logger
  inspected?: Inspected
}

export type SubmitOptions = {
  signal?: AbortSignal | undefined
  /** Nobody waits for it: it does not keep the process alive. */
  background?: boolean
}

/** What is on its way. */
export type InFlight = {
  intent: Intent
  /** A wallet was asked to send it and never said under which hash: only the chain, or a person, can tell. */
  unresolved: boolean
}

/** The serial sender of one wallet: every transaction of the broker goes through it. */
export type Lane = ReturnType<typeof createLane>

/** Gas limits get a fifth more than estimated: state may change between estimate and block. */
const GAS_MARGIN = { times: 6n, over: 5n }

export function createLane(options: LaneOptions) {
  const {
    port,
    journal,
    blockTimeMs,
    onOpen,
    onMined,
    onChange,
    maxFeePerGas,
    clock,
    logger,
    inspected = () => ({}),
  } = options
  /** Decided on, and without a nonce yet. */
  const preparing = new Set<Intent>()
  /** By sub-account: resolves once everything that was decided on about it has a nonce, or gets none. */
  const numbering = new Map<string, Promise<unknown>>()
  const entries = createTransactionIndex(isOpenStep)
  /** Of entries that are forgotten: what budgets still count. */
  const paid: Payment[] = []
  /** Begun and not ended, by id. */
  const claims = new Map<string, Claim>()
  const closing = createClosingRequest(journal, async () => {
    await open()
    throwIfAborted(undefined)
  })
  const inTurn = createSerialQueue()
  let waiting: (() => void)[] = []
  let opening: Promise<void> | null = null
  let refused: Error | null = null
  let closed = false

  const tracker = createTracker({
    port,
    journal,
    blockTimeMs,
    onMined(entry, block) {
      entries.setMinedIn(entry, block)
      if (block !== null) onMined(block)
    },
    onChange(entry) {
      onChange(entry.actor)
      wake()
    },
    maxFeePerGas,
    clock,
    logger,
  })

  const { retrieveOf, ...recall } = createTransactionHistory({ entries, preparing, paid })

  return {
    open,
    /** Why nothing can be sent; null while everything can. */
    refusal: (): Error | null => refused,
    /** Sends one intent and resolves with its receipt. Rejects before anything is sent, or once it is mined reverted. */
    async submit(intent: Intent, options: SubmitOptions = {}): Promise<Receipt> {
      preparing.add(intent)
      try {
        const entry = await number(intent, options)
        return await new Promise<Receipt>((resolve, reject) => {
          entry.settle = { resolve, reject }
          tracker.follow(entry)
          preparing.delete(intent)
        })
      } finally {
        preparing.delete(intent)
        wake()
      }
    },
    /** What is on its way: decided on, and without a known outcome. */
    inFlight: (): InFlight[] => [
      ...[...preparing].map((intent) => ({ intent, unresolved: false })),
      ...tracker.open().map(({ intent, attempts }) => ({ intent, unresolved: attempts.length === 0 })),
    ],
    /** Resolves once nothing is in flight that matches. What is waited for keeps the process alive. */
    async idle(matches: (intent: Intent) => boolean, signal?: AbortSignal): Promise<void> {
      const isBusy = () => [...preparing, ...tracker.open().map(({ intent }) => intent)].some(matches)
      signal?.addEventListener('abort', wake)
      try {
        while (!closed && isBusy()) {
          throwIfAborted(signal)
          tracker.attend(matches)
          await new Promise<void>((resolve) => waiting.push(resolve))
        }
        if (closed) throw afterClose()
      } finally {
        signal?.removeEventListener('abort', wake)
      }
    },
    /** Where the retrieve of a claim is mined by now: a reorganisation may have put it into another block. */
    locate: (id: string): Promise<void> => tracker.locate(retrieveOf(id)),
    ...recall,
    timestampOf: port.timestampOf,
    /** Claims that were begun and did not end, in this process or before. */
    openClaims: (): Claim[] => [...claims.values()],
    /** Records something beside transactions: it is on disk once this resolves. */
    async note(record: Claim | ClaimEnded): Promise<void> {
      await open()
      throwIfAborted(undefined)
      // What is over is so also where that cannot be written.
      if (record.type === 'claiming-ended') claims.delete(record.id)
      await recorded(record)
      if (record.type === 'claiming') claims.set(record.id, record)
    },
    /** Whether somebody wants the ledger closed: known once the journal is open, and kept in it. */
    closing,
    /** To be called between reading a position and deciding on it: are the latest receipts still part of the chain? */
    confirm: tracker.confirm,
    resolve,
    /** Every transaction of this lane, oldest first. */
    transactions: (): readonly TransactionActor[] => entries.all.map(({ actor }) => actor),
    async close(): Promise<void> {
      closed = true
      tracker.close()
      wake()
      await journal.close()
    },
  }

  /** Takes up what an earlier process left open. A journal that cannot be had now is tried again at each submit. */
  function open(): Promise<void> {
    // Nobody would give the journal back any more.
    if (closed) return Promise.reject(afterClose())
    opening ??= recover().catch((error: unknown) => {
      opening = null
      throw (refused = error instanceof Error ? error : new Error(String(error)))
    })
    return opening
  }

  async function recover(): Promise<void> {
    const records = await journal.load()
    const past = foldRecords(records)
    for (const claim of openClaims(records)) claims.set(claim.id, claim)
    refused = null
    closing.restore(records)
    for (const record of records) if (record.type === 'paid') paid.push(record)
    for (const { prepared, attempts, outcome } of past) {
      if (outcome?.type === 'superseded') continue
      const entry = remember({ ...prepared, attempts: [...attempts], background: true })
      if (attempts.length > 0) entry.actor.send({ type: 'sent', hash: attempts.at(-1)?.hash ?? null })
      if (outcome) replay(entry, outcome)
      else tracker.follow(entry)
    }
    onOpen?.()
  }

  function replay(entry: TrackedTransaction, outcome: Extract<JournalEntry['outcome'], { type: 'mined' }>): void {
    const { hash, blockNumber, status } = outcome
    entries.setMinedIn(entry, blockNumber)
    const mined = { hash, blockNumber, gasUsed: '0' } as const
    if (status === 1) entry.actor.send({ type: 'receipt.succeeded', ...mined })
    else entry.actor.send({ type: 'receipt.reverted', ...mined, reason: 'before this process' })
    onMined(blockNumber)
    tracker.watch(entry)
  }

  /** What was decided on later may undo what was decided on earlier, and not the other way round. */
  function number(intent: Intent, options: SubmitOptions): Promise<TrackedTransaction> {
    const keys = intent.touches.map(keyOf)
    const earlier = Promise.all(keys.flatMap((key) => numbering.get(key) ?? []))
    const numbered = open().then(() => prepare(intent, earlier, options))
    const over = Promise.allSettled([earlier, numbered]).then(() => {
      for (const key of keys) if (numbering.get(key) === over) numbering.delete(key)
    })
    for (const key of keys) numbering.set(key, over)
    return numbered
  }

  async function prepare(
    intent: Intent,
    earlier: Promise<unknown>,
    { signal, background = false }: SubmitOptions,
  ): Promise<TrackedTransaction> {
    throwIfAborted(signal)
    const [estimate, asked, pending] = await Promise.all([
      port.estimateGas(intent.call),
      port.fees(),
      port.transactionCount('pending'),
    ])
    await earlier
    const gasLimit = (estimate * GAS_MARGIN.times) / GAS_MARGIN.over
    const fees = capFees(asked, maxFeePerGas)
    // One at a time from here: a nonce is taken only by what is signed and recorded.
    return inTurn(async () => {
      throwIfAborted(signal)
      const nonce = freeNonce(pending)
      const signed = port.sign ? await port.sign(intent.call, { nonce, gasLimit, fees }) : null
      const id = `${nonce}-${signed ? signed.hash.slice(2, 10) : clock.now().toString(36)}`
      throwIfAborted(signal)
      await recorded({ type: 'prepared', id, intent, nonce, gasLimit, fees, signed, at: clock.now() })
      const attempts = signed ? [{ ...signed, fees }] : []
      const entry = remember({ id, intent, nonce, gasLimit, attempts, background })
      if (!signed) await send(entry, { nonce, gasLimit, fees })
      return entry
    })
  }

  /**
   * The first nonce from the chain's on that none of our transactions has. A node that lags, or holds less than was
   * sent, names one too low; an intent that turned out not to be sent leaves one free.
   */
  function freeNonce(pending: number): number {
    let nonce = pending
    while (entries.isTaken(nonce)) nonce += 1
    return nonce
  }

  /** A wallet that signs only by sending: what it does not refuse outright may have been sent. */
  async function send(entry: TrackedTransaction, options: Parameters<TransactionPort['send']>[1]): Promise<void> {
    try {
      const hash = await port.send(entry.intent.call, options)
      entry.attempts.push({ hash, raw: null, fees: options.fees })
      await journal.append({ type: 'sent', id: entry.id, hash })
      entry.actor.send({ type: 'sent', hash })
    } catch (error) {
      if (entry.attempts.length > 0) return // The hash is known to this process, if not to the next.
      tracker.follow(entry)
      if (!(error instanceof NotSentError)) throw new UnresolvedIntentError({ id: entry.id, cause: error })
      await tracker.abandon(entry, 'the wallet refused to send it')
      throw error
    }
  }

  /** What a person knows about an intent that nobody else can tell. */
  async function resolve(id: string, outcome: 'not-sent' | { hash: string }): Promise<void> {
    await open()
    const entry = tracker.open().find((one) => one.id === id)
    if (!entry) throw new InvalidInputError('There is no open intent of this id.', { id })
    if (entry.attempts.length > 0 && outcome === 'not-sent')
      throw new InvalidInputError('This intent was sent; it is followed to its end.', {
        id,
        transaction: entry.attempts.at(-1)?.hash,
      })
    if (outcome === 'not-sent') return tracker.abandon(entry, 'resolved by hand: it was not sent')
    if (!/^0x[0-9a-f]{64}$/i.test(outcome.hash))
      throw new InvalidInputError('This is not a transaction hash.', { hash: outcome.hash })
    await journal.append({ type: 'sent', id, hash: outcome.hash })
    entry.attempts.push({ hash: outcome.hash, raw: null, fees: { gasPrice: 0n } })
    entry.actor.send({ type: 'sent', hash: outcome.hash })
    tracker.follow(entry)
  }

  async function recorded(record: JournalRecord): Promise<void> {
    try {
      await closing.settle()
      await journal.append(record)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new NotSentError('The intent could not be recorded, so it was not sent.', { reason }, { cause: error })
    }
  }

  function remember(input: TrackedTransactionInput): TrackedTransaction {
    const entry = createTrackedTransaction(input, inspected, clock.now())
    const forgotten = entries.add(entry)
    const payment = forgotten && paymentIn(forgotten)
    if (payment) keep(payment)
    onChange(entry.actor)
    return entry
  }

  function isOpenStep({ claim, closing: closedBy }: Intent): boolean {
    return claims.has(claim ?? '') || (closedBy !== undefined && closedBy === closing.current()?.id)
  }

  /** No budget looks further back than the longest window. */
  function keep(payment: Payment): void {
    paid.push(payment)
    while (paid[0] && !isCounted(paid[0], payment.at)) paid.shift()
  }

  function wake(): void {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }

  function throwIfAborted(signal: AbortSignal | undefined): void {
    if (closed) throw afterClose()
    if (signal?.aborted) throw new AbortedError('Aborted before anything was sent.')
  }
}

const afterClose = (): AbortedError => new AbortedError('The broker is closed; nothing was sent.')
