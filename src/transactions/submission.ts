import { throwIfAborted } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import { NotSentError, UnresolvedIntentError } from '../base/errors.ts'
import type { SendOptions, TransactionPort } from '../chain/port.ts'
import { intentOf } from './build-intent.ts'
import { capExcess, feeExcess } from './fee-ceiling.policy.ts'
import { capFees, mostPerGas } from './fees.ts'
import type { Intent } from './intent.ts'
import type { JournalSession } from './journal-session.ts'
import { createNonceAllocation } from './nonce-allocation.ts'
import { readNonces } from './nonce-reading.policy.ts'
import { checkAffordable, FeesTooHighError } from './send-errors.ts'
import { costOf, type TrackedTransaction, type TrackedTransactionInput } from './tracked-transaction.ts'
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
  clock: Clock
}

/** Turns an intent into a transaction: gas estimate, fees, nonce, signature, journal record. Nothing is broadcast here. */
export type Submission = {
  /** @throws before anything is sent, or UnresolvedIntentError where a wallet did not say whether it sent */
  prepare(intent: Intent, options: PrepareOptions): Promise<TrackedTransaction>
  /** Closes a gap between the wallet's nonces by a transfer of nothing to the wallet itself. */
  fillGap(nonce: number): Promise<void>
}

export type PrepareOptions = { signal: AbortSignal | undefined; background: boolean }

/** Gas limits get a fifth more than estimated: state may change between estimate and block. */
const GAS_MARGIN = { times: 6n, over: 5n }

/** A transfer takes 21,000 on most chains. */
const FILL_GAS = 25_000n

export function createSubmission(options: SubmissionOptions): Submission {
  const { port, session, index, tracker, remember, maxFeePerGas, clock } = options
  const nonces = createNonceAllocation({ index, onUnknown: options.onUnknown })

  return {
    prepare: (intent, how) =>
      nonces.inOrder(intent.touches, async (earlier) => {
        await session.open()
        return prepare(intent, earlier, how)
      }),
    fillGap: (nonce) => nonces.fill(nonce, () => fill(nonce)),
  }

  async function prepare(
    intent: Intent,
    earlier: Promise<unknown>,
    { signal, background }: PrepareOptions,
  ): Promise<TrackedTransaction> {
    throwIfEnded(signal)
    const { call, amount } = intent
    await port.checkChain()
    const [estimate, asked, latest, pending, balance] = await Promise.all([
      port.estimateGas(call),
      port.fees(),
      port.transactionCount('latest'),
      port.transactionCount('pending'),
      port.balance(),
    ])
    await earlier
    const gasLimit = (estimate * GAS_MARGIN.times) / GAS_MARGIN.over
    const excess = maxFeePerGas === null ? feeExcess(asked, { amount, gasLimit }) : capExcess(asked, maxFeePerGas)
    if (excess) throw new FeesTooHighError(call.method, excess)
    const fees = capFees(asked, maxFeePerGas)
    // Only a pool that seems to hold more than the lane's own transactions is worth another question.
    const pooled = readNonces({ latest, pending }, index.nonces()).unknown.length > 0 ? await port.pooledNonces() : null
    return nonces.take({ latest, pending, pooled }, call.method, async (nonce) => {
      checkAffordable({
        operation: call.method,
        balance,
        value: call.value ?? 0n,
        gas: gasLimit * mostPerGas(fees),
        committed: tracker.open().reduce((sum, one) => sum + costOf(one), 0n),
      })
      throwIfEnded(signal)
      const signed = port.sign ? await port.sign(call, { nonce, gasLimit, fees }) : null
      const id = `${nonce}-${signed ? signed.hash.slice(2, 10) : clock.now().toString(36)}`
      throwIfEnded(signal)
      await session.record({ type: 'prepared', id, intent, nonce, gasLimit, fees, signed, at: clock.now() })
      const attempts = signed ? [{ ...signed, fees }] : []
      const transaction = remember({ id, intent, nonce, gasLimit, attempts, background })
      if (!signed) await sendByWallet(transaction, { nonce, gasLimit, fees })
      return transaction
    })
  }

  async function fill(nonce: number): Promise<void> {
    // A wallet that signs only while it sends chooses its own nonces.
    if (!port.sign) return
    const intent = intentOf({ contract: 'wallet', method: 'fillNonce', args: [] })
    const fees = capFees(await port.fees(), maxFeePerGas)
    const signed = await port.sign(intent.call, { nonce, gasLimit: FILL_GAS, fees })
    const id = `${nonce}-${signed.hash.slice(2, 10)}`
    session.throwIfClosed()
    await session.record({ type: 'prepared', id, intent, nonce, gasLimit: FILL_GAS, fees, signed, at: clock.now() })
    const attempts = [{ ...signed, fees }]
    tracker.follow(remember({ id, intent, nonce, gasLimit: FILL_GAS, attempts, background: true }))
  }

  /** Has a wallet send that signs only what it sends. Unless it refuses outright, it may have sent. */
  async function sendByWallet(transaction: TrackedTransaction, how: SendOptions): Promise<void> {
    const { id, intent, attempts, actor } = transaction
    try {
      const hash = await port.send(intent.call, how)
      attempts.push({ hash, raw: null, fees: how.fees })
      await session.append({ type: 'sent', id, hash })
      actor.send({ type: 'sent', hash })
    } catch (error) {
      // This process knows the hash, though the next one does not.
      if (attempts.length > 0) return
      tracker.follow(transaction)
      if (!(error instanceof NotSentError)) throw new UnresolvedIntentError({ id, cause: error })
      await tracker.abandon(transaction, 'the wallet refused to send it')
      throw error
    }
  }

  function throwIfEnded(signal: AbortSignal | undefined): void {
    session.throwIfClosed()
    throwIfAborted(signal)
  }
}
