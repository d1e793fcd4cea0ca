import { throwIfAborted } from '../base/abortable.ts'
import { callSafely } from '../base/call-safely.ts'
import { OvertakenError, RefusedError } from '../base/not-sent-errors.ts'
import type { Logger } from '../base/logger.ts'
import type { SendOptions, TransactionPort } from '../chain/port.ts'
import { intentOf } from './build-intent.ts'
import { capExcess } from './fee-cap.policy.ts'
import { feeCeiling, feeExcess } from './fee-ceiling.policy.ts'
import { capFees, mostPerGas } from './fees.ts'
import type { Intent } from './intent.ts'
import type { JournalSession } from './journal-session.ts'
import { gasLimitOf } from './gas-limit.ts'
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
import { createWalletSending, type WalletSendingOptions } from './wallet-sending.ts'

export type SubmissionOptions = WalletSendingOptions & {
  port: TransactionPort
  session: JournalSession
  index: Pick<TransactionIndex, 'nonces' | 'revived' | 'minedAbove'>
  tracker: Pick<Tracker, 'open' | 'follow' | 'abandon' | 'recheck'>
  /** Called with nonces of the node's pool that the journal does not know. */
  onUnknown: (nonces: readonly number[]) => void
  remember: (input: TrackedTransactionInput) => TrackedTransaction
  maxFeePerGas: bigint | null
  /** What tells this lane's gas limits from those of another machine with the key. */
  gasMark: number
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

/** A transfer takes 21,000 on most chains. */
const FILL_GAS = 25_000n

export function createSubmission(options: SubmissionOptions): Submission {
  const { port, session, index, tracker, remember, maxFeePerGas, gasMark, clock, logger } = options
  const nonces = createNonceAllocation({ index, onUnknown: options.onUnknown })
  const counts = createNonceCounts({ port, ownNonces: () => index.nonces(), clock })
  const sendByWallet = createWalletSending(options)
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
    await throwIfTakenBack(latest, call.method)
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

  /** A final transaction whose nonce is free again: a new one at a later nonce would wait for it, or pay what it pays. */
  async function throwIfTakenBack(latest: number, operation: string): Promise<void> {
    const doubtful = index.minedAbove(latest)
    const gone = doubtful.length === 0 ? [] : await tracker.recheck(latest, doubtful)
    if (gone.length === 0) return
    throw new OvertakenError('A reorganisation took transactions of this wallet back, which are sent again.', {
      operation,
      nonce: gone.map(({ nonce }) => nonce).join(', '),
      do: 'try again once they are mined',
    })
  }

  async function fill(nonce: number): Promise<void> {
    if (refusedFills.has(nonce)) return
    const intent = intentOf({ contract: 'wallet', method: 'fillNonce', args: [] })
    const fees = capFees(await port.fees(), maxFeePerGas ?? feeCeiling({ amount: 0n, gasLimit: FILL_GAS }).ceiling)
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
    const at = clock.now()
    await session.record({ type: 'prepared', id, intent, nonce, gasLimit, fees, signed, at })
    const attempts = signed ? [{ ...signed, fees }] : []
    const transaction = remember({ id, intent, nonce, gasLimit, attempts, background, at })
    if (onSent) tellHashes(transaction.actor, onSent, logger)
    if (!signed) await sendByWallet(transaction, how)
    return transaction
  }

  function throwIfEnded(signal: AbortSignal | undefined): void {
    session.throwIfClosed()
    throwIfAborted(signal)
  }
}

/** Tells each hash once that the transaction's chart shows as sent. A listener that fails changes nothing. */
function tellHashes(actor: TransactionActor, onSent: (hash: string) => void, logger: Logger): void {
  const told = new Set<string>()
  actor.subscribe(({ value, context }) => {
    if (value === 'prepared' || context.hash === null || told.has(context.hash)) return
    const { hash } = context
    told.add(hash)
    callSafely(
      () => onSent(hash),
      (error) => logger.warn({ err: error, hash }, 'onSent failed'),
    )
  })
}
