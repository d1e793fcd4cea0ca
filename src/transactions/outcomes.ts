import type { Clock } from '../base/clock.ts'
import { SupersededError } from '../base/sending-errors.ts'
import { createSerialQueue, type SerialQueue } from '../base/serial.ts'
import type { Logger } from '../base/logger.ts'
import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import { revertReason } from './receipts.ts'
import type { RecentReceipts } from './recent-receipts.ts'
import { RefusedByNodeError } from './send-errors.ts'
import type { TrackedTransaction, TrackedTransactionInput } from './tracked-transaction.ts'

export type OutcomesOptions = {
  port: Pick<TransactionPort, 'replay'>
  journal: Pick<Journal, 'append'>
  /** Transactions without an outcome: one that gets its outcome leaves this set. */
  open: Set<TrackedTransaction>
  recent: Pick<RecentReceipts, 'add' | 'addOld' | 'readAt'>
  onMined: (transaction: TrackedTransaction, blockNumber: number | null) => void
  onChange: (transaction: TrackedTransaction) => void
  /** Called with one that the node refused for good. */
  onRefused: (transaction: TrackedTransaction) => void
  /** Called with one that is mined although a node refused it for good: its actor has ended. */
  onRevived: (transaction: TrackedTransactionInput) => void
  /** Follows a transaction again whose receipt is gone. */
  reopen: (transaction: TrackedTransaction) => void
  clock: Clock
  logger: Logger
}

/** Records what became of a transaction, in its actor and in the journal, and settles its submitter's promise. */
export type Outcomes = {
  mined(transaction: TrackedTransaction, mined: MinedTransaction): Promise<void>
  /** The same by a person's word: no node has the receipt, and none is asked for it again. */
  accepted(transaction: TrackedTransaction, mined: MinedTransaction): Promise<void>
  adopted(transaction: TrackedTransaction, hash: string): Promise<void>
  superseded(transaction: TrackedTransaction, reason: string): Promise<void>
  refused(transaction: TrackedTransaction, reason: string): Promise<void>
  /** It was refused, and has a receipt: the journal opens it again, and another object follows it. */
  revived(transaction: TrackedTransactionInput): Promise<void>
  /** It was refused, and another transaction has spent its nonce for good: no later process watches it. Rejects where that is not recorded. */
  overtaken(transaction: TrackedTransactionInput): Promise<void>
  gone(transaction: TrackedTransaction): Promise<void>
}

export function createOutcomes(options: OutcomesOptions): Outcomes {
  const { port, journal, open, recent, onMined, onChange, onRefused, onRevived, reopen, clock, logger } = options
  const turns = new WeakMap<TrackedTransaction, SerialQueue>()

  return {
    mined: (transaction, mined) => inTurn(transaction, () => end(transaction, mined, recent.add)),
    accepted: (transaction, mined) =>
      inTurn(transaction, () => end(transaction, mined, recent.addOld, { isGiven: true })),
    /** The wallet signed the same call anew at the same nonce: its hash is one more that the intent may be mined under. */
    async adopted(transaction, hash) {
      await note({ type: 'sent', id: transaction.id, hash })
      transaction.attempts.push({ hash, raw: null, fees: { gasPrice: 0n } })
      transaction.actor.send({ type: 'sent', hash })
    },
    /** It can never be mined: its submitter may decide anew. */
    superseded: (transaction, reason) =>
      inTurn(transaction, async () => {
        const { id, intent, actor, settle } = transaction
        const operation = intent.call.method
        // Its receipt may have been found meanwhile: a later record would hide that it has paid.
        if (!open.has(transaction)) return
        await journal.append({ type: 'superseded', id, reason })
        if (!open.delete(transaction)) return
        actor.send({ type: 'nonce.taken', reason })
        logger.warn({ id, operation, reason }, 'transaction superseded')
        onChange(transaction)
        settle.reject(new SupersededError({ operation, reason }))
      }),
    /** The node refused it for good: it is not sent again, and its nonce is free. */
    refused: (transaction, reason) =>
      inTurn(transaction, async () => {
        const { id, intent, actor, attempts, settle } = transaction
        const operation = intent.call.method
        if (!open.has(transaction)) return
        await journal.append({ type: 'superseded', id, reason, refused: true })
        if (!open.delete(transaction)) return
        actor.send({ type: 'node.refused', reason })
        logger.warn({ id, operation, reason }, 'the node refused the transaction; it ends')
        onRefused(transaction)
        onChange(transaction)
        settle.reject(new RefusedByNodeError({ operation, reason, transaction: attempts.at(-1)?.hash ?? id }))
      }),
    async revived(transaction) {
      const { id, nonce } = transaction
      logger.warn({ id, nonce }, 'a transaction that the node refused for good is mined all the same')
      await note({ type: 'unmined', id })
      onRevived(transaction)
    },
    overtaken: ({ id, nonce }) =>
      journal.append({
        type: 'superseded',
        id,
        reason: `refused by a node, and nonce ${nonce} was spent by another transaction`,
      }),
    /** A reorganisation took its receipt back, and its nonce is free again: it is sent once more. */
    gone: (transaction) =>
      inTurn(transaction, async () => {
        const { id, nonce } = transaction
        await note({ type: 'unmined', id })
        onMined(transaction, null)
        transaction.sends = 0
        transaction.overdueSince = null
        transaction.isNonceSpent = false
        transaction.sendAgainAt = transaction.since = transaction.takenAt = clock.now()
        transaction.background = true
        transaction.actor.send({ type: 'receipt.gone' })
        logger.warn({ id, nonce }, 'a reorganisation took the receipt back; sending the transaction again')
        reopen(transaction)
        onChange(transaction)
      }),
  }

  /** One outcome after another: each asks whether the one before has ended the transaction, and the journal ends with the last. */
  function inTurn(transaction: TrackedTransaction, task: () => Promise<void>): Promise<void> {
    const queue = turns.get(transaction) ?? createSerialQueue()
    turns.set(transaction, queue)
    return queue(task)
  }

  async function end(
    transaction: TrackedTransaction,
    mined: MinedTransaction,
    keep: RecentReceipts['add'],
    origin: { isGiven?: true } = {},
  ): Promise<void> {
    const { gasPrice, blockHash: _blockHash, ...receipt } = mined
    const { transactionHash: hash, blockNumber, gasUsed, status } = receipt
    const error = status === 1 ? null : await revertReason(port, transaction, mined)
    const notBefore = recent.readAt()
    const since = notBefore !== null && { notBefore }
    await note({ type: 'mined', id: transaction.id, hash, blockNumber, status, ...origin, ...since })
    if (!open.delete(transaction)) return
    transaction.notBefore = notBefore
    keep(transaction)
    onMined(transaction, blockNumber)
    transaction.fee = gasPrice === undefined ? null : gasUsed * gasPrice
    const { actor, settle } = transaction
    const outcome = { hash, blockNumber, gasUsed: `${gasUsed}` as const }
    // The receipt may arrive before the node answers the broadcast.
    actor.send({ type: 'sent', hash })
    if (error) actor.send({ type: 'receipt.reverted', ...outcome, reason: error.errorName })
    else actor.send({ type: 'receipt.succeeded', ...outcome })
    onChange(transaction)
    if (error) settle.reject(error)
    else settle.resolve({ ...receipt, success: true })
  }

  /** Records what the chain shows: that is true whether it is on disk or not. */
  async function note(record: JournalRecord): Promise<void> {
    try {
      await journal.append(record)
    } catch (error) {
      logger.error({ err: error, id: record.id }, 'the journal could not be written; the chain still holds the outcome')
    }
  }
}
