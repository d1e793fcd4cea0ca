import { throwIfAborted } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import { NotSentError, RefusedError } from '../base/not-sent-errors.ts'
import { UnresolvedIntentError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { withTimeout } from '../base/timeout.ts'
import type { Call, SendOptions, TransactionPort } from '../chain/port.ts'
import { intentOf } from './build-intent.ts'
import { capExcess, feeExcess } from './fee-ceiling.policy.ts'
import { capFees, mostPerGas } from './fees.ts'
import type { Intent } from './intent.ts'
import type { JournalSession } from './journal-session.ts'
import { createNonceAllocation } from './nonce-allocation.ts'
import { createNonceCounts } from './nonce-counts.ts'
import { readNonces } from './nonce-reading.policy.ts'
import { checkAffordable, FeesTooHighError } from './send-errors.ts'
import {
  costOf,
  type TrackedTransaction,
  type TrackedTransactionInput,
  type TransactionActor,
} from './tracked-transaction.ts'
import type { Tracker } from './tracker.ts'
import type { TransactionIndex } from './transaction-index.ts'

export type SubmissionOptions = {
  port: TransactionPort
  session: JournalSession
  index: Pick<TransactionIndex, 'nonces'>
  tracker: Pick<Tracker, 'open' | 'follow' | 'abandon'>
  /** Called with nonces of the node's pool that the journal does not know. */
  onUnknown: (nonces: readonly number[]) => void
  remember: (input: TrackedTransactionInput) => TrackedTransaction
  maxFeePerGas: bigint | null
  /** How long a wallet that signs only while it sends may take, in milliseconds. */
  sendTimeoutMs: number
  /** What tells this lane's gas limits from those of another machine with the key. */
  gasMark: number
  clock: Clock
  logger: Logger
}

/** Turns an intent into a transaction: gas estimate, fees, nonce, signature, journal record. Nothing is broadcast here. */
export type Submission = {
  /** @throws before anything is sent, or UnresolvedIntentError where a wallet did not say whether it sent */
  prepare(intent: Intent, options: PrepareOptions): Promise<TrackedTransaction>
  /** Closes a gap between the wallet's nonces by a transfer of nothing to the wallet itself. */
  fillGap(nonce: number): Promise<void>
}

export type PrepareOptions = {
  signal: AbortSignal | undefined
  background: boolean
  /** Hears each hash that it is sent under. */
  onSent?: ((hash: string) => void) | undefined
}

/** Gas limits get a fifth more than estimated: state may change between estimate and block. */
const GAS_MARGIN = { times: 6n, over: 5n }
/**
 * An amount that falls to nothing in between costs 17,100 gas more to raise: that of the ledger by a top-up of all, that of a
 * sub-account by a charge of all.
 */
const EMPTIED_WORD_GAS = 20_000n
const RAISING = new Set(['depositFund', 'depositFundFor', 'transferFund'])

/** A transfer takes 21,000 on most chains. */
const FILL_GAS = 25_000n

export function createSubmission(options: SubmissionOptions): Submission {
  const { port, session, index, tracker, remember, maxFeePerGas, sendTimeoutMs, gasMark, clock, logger } = options
  const nonces = createNonceAllocation({ index, onUnknown: options.onUnknown })
  const counts = createNonceCounts({ port, ownNonces: index.nonces, clock })
  /** Nonces of gaps that a person at the wallet refused to fill. */
  const refusedFills = new Set<number>()

  return {
    prepare: (intent, how) =>
      nonces.inOrder(intent.touches, async (earlier) => {
        await session.open()
        session.throwIfRefused()
        return prepare(intent, earlier, how)
      }),
    fillGap: (nonce) => nonces.fill(nonce, () => fill(nonce)),
  }

  async function prepare(intent: Intent, earlier: Promise<unknown>, how: PrepareOptions): Promise<TrackedTransaction> {
    const { signal } = how
    throwIfEnded(signal)
    const { call, amount, asOf } = intent
    await port.checkChain()
    const [estimate, asked, { latest, pending }, balance, seen] = await Promise.all([
      port.estimateGas(call),
      port.fees(),
      counts.read(signal),
      port.balance(),
      asOf === undefined ? null : port.transactionCount(asOf),
    ])
    await earlier
    const gasLimit = gasLimitOf(call, estimate) + BigInt(gasMark)
    const excess = maxFeePerGas === null ? feeExcess(asked, { amount, gasLimit }) : capExcess(asked, maxFeePerGas)
    if (excess) throw new FeesTooHighError(call.method, excess)
    const fees = capFees(asked, maxFeePerGas)
    // Only a pool that seems to hold more than the lane's own transactions is worth another question.
    const pooled = readNonces({ latest, pending }, index.nonces()).unknown.length > 0 ? await port.pooledNonces() : null
    return nonces.take({ latest, pending, pooled, seen }, call.method, async (nonce) => {
      checkAffordable({
        operation: call.method,
        balance,
        value: call.value ?? 0n,
        gas: gasLimit * mostPerGas(fees),
        committed: tracker.open().reduce((sum, one) => sum + costOf(one), 0n),
      })
      return record(intent, { nonce, gasLimit, fees }, how)
    })
  }

  async function fill(nonce: number): Promise<void> {
    if (refusedFills.has(nonce)) return
    const intent = intentOf({ contract: 'wallet', method: 'fillNonce', args: [] })
    const fees = capFees(await port.fees(), maxFeePerGas)
    try {
      tracker.follow(await record(intent, { nonce, gasLimit: FILL_GAS, fees }, { signal: undefined, background: true }))
    } catch (error) {
      // The tracker finds the gap again soon; a person is asked once.
      if (error instanceof RefusedError) refusedFills.add(nonce)
      throw error
    }
  }

  /** Signs a transaction and has it in the journal; a wallet that signs only while it sends has sent it, too. */
  async function record(
    intent: Intent,
    how: SendOptions,
    { signal, background, onSent }: PrepareOptions,
  ): Promise<TrackedTransaction> {
    const { nonce, gasLimit, fees } = how
    throwIfEnded(signal)
    const signed = port.sign ? await port.sign(intent.call, how) : null
    const id = `${nonce}-${signed ? signed.hash.slice(2, 10) : clock.now().toString(36)}`
    throwIfEnded(signal)
    await session.record({ type: 'prepared', id, intent, nonce, gasLimit, fees, signed, at: clock.now() })
    const attempts = signed ? [{ ...signed, fees }] : []
    const transaction = remember({ id, intent, nonce, gasLimit, attempts, background })
    if (onSent) tellHashes(transaction.actor, onSent, logger)
    if (!signed) await sendByWallet(transaction, how)
    return transaction
  }

  /** Has a wallet send that signs only what it sends. Unless it refuses outright, it may have sent. */
  async function sendByWallet(transaction: TrackedTransaction, how: SendOptions): Promise<void> {
    const { id, intent, attempts } = transaction
    const sending = port.send(intent.call, how).then((hash) => noteHash(transaction, hash, how))
    try {
      await withTimeout(sendTimeoutMs, () => sending, clock)
    } catch (error) {
      // This process knows the hash, though the next one does not.
      if (attempts.length > 0) return
      tracker.follow(transaction)
      if (!(error instanceof NotSentError)) {
        sending.catch((late: unknown) => noteLateAnswer(transaction, late))
        throw new UnresolvedIntentError({ id, cause: error })
      }
      await tracker.abandon(transaction, 'the wallet refused to send it')
      throw error
    }
  }

  async function noteHash(
    { id, attempts, actor }: TrackedTransaction,
    hash: string,
    { fees }: SendOptions,
  ): Promise<void> {
    if (!actor.getSnapshot().hasTag('open'))
      logger.error({ id, hash }, 'the wallet sent a transaction that was resolved as not sent; look at its outcome')
    attempts.push({ hash, raw: null, fees })
    await session.append({ type: 'sent', id, hash })
    actor.send({ type: 'sent', hash })
  }

  /**
   * A refusal that comes after the time limit ends the intent; any other failure leaves it unresolved. Once it has a hash, it was
   * sent, whatever the wallet says.
   */
  function noteLateAnswer(transaction: TrackedTransaction, error: unknown): void {
    if (!(error instanceof NotSentError) || transaction.attempts.length > 0) return
    tracker
      .abandon(transaction, 'the wallet refused to send it')
      .catch((failure: unknown) => logger.warn({ err: failure, id: transaction.id }, 'a late refusal was not recorded'))
  }

  function throwIfEnded(signal: AbortSignal | undefined): void {
    session.throwIfClosed()
    throwIfAborted(signal)
  }
}

/** Tells each hash once that the transaction's chart shows as sent. A listener that throws changes nothing. */
function tellHashes(actor: TransactionActor, onSent: (hash: string) => void, logger: Logger): void {
  const told = new Set<string>()
  actor.subscribe(({ value, context }) => {
    if (value === 'prepared' || context.hash === null || told.has(context.hash)) return
    told.add(context.hash)
    try {
      onSent(context.hash)
    } catch (error) {
      logger.warn({ err: error, hash: context.hash }, 'onSent failed')
    }
  })
}

function gasLimitOf({ method }: Call, estimate: bigint): bigint {
  return (estimate * GAS_MARGIN.times) / GAS_MARGIN.over + (RAISING.has(method) ? EMPTIED_WORD_GAS : 0n)
}
