import type { Logger } from '../base/logger.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { Finality } from './finality.ts'
import type { Outcomes } from './outcomes.ts'
import { spenderAction } from './resubmission.policy.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

export type SpentNonceOptions = {
  port: Pick<TransactionPort, 'spender' | 'isCall' | 'knows'>
  outcomes: Pick<Outcomes, 'adopted' | 'superseded'>
  finality: Finality
  /** Called with the nonce where another program has spent it, at each look: its block may still be replaced. */
  onForeign: (nonce: number) => void
  logger: Logger
}

/**
 * Asks which transaction spent the nonce of one that has no receipt: the node lags, the same call was signed anew, or
 * the nonce is lost.
 */
export async function resolveSpentNonce(
  transaction: TrackedTransaction,
  { port, outcomes, finality, onForeign, logger }: SpentNonceOptions,
): Promise<void> {
  const { nonce, intent, attempts } = transaction
  const spender = await port.spender(nonce)
  transaction.isUnshown = false
  transaction.isNonceSpent = spender !== null && attempts.length > 0
  if (spender === 'not-kept') return unshown(transaction, logger)
  if (spender === null) return
  const { blockNumber, depth } = spender
  const isFinal = finality.isFinal(transaction, { block: `${spender.transactionHash} in ${blockNumber}`, depth })
  if (spender.transactionHash === null) return isFinal ? resolveWithout(transaction) : undefined
  const { transactionHash } = spender
  const isSameCall = port.isCall(spender, intent.call)
  const action = spenderAction(attempts, { transactionHash, isSameCall, isFinal })
  const isOwn = action === 'adopt' || attempts.some(({ hash }) => hash === transactionHash)
  // The node may show the receipt with its next answer.
  if (isOwn) transaction.isNonceSpent = isFinal
  if (!isOwn && attempts.length > 0) onForeign(nonce)
  switch (action) {
    case 'adopt':
      return outcomes.adopted(transaction, transactionHash)
    case 'abandon':
      return outcomes.superseded(
        transaction,
        `nonce ${nonce} was spent by ${transactionHash}${isSameCall ? ', which makes the same call' : ''}`,
      )
    case 'wait':
      // A node may keep a block and not its receipts.
      return isOwn && isFinal ? unshown(transaction, logger) : undefined
  }

  /**
   * An EIP-7702 authorization in another account's transaction spends the nonce of its key. Without a hash only the wallet knows whether
   * it sent. Whatever is decided next rests on a position that shows what really happened.
   */
  async function resolveWithout({ attempts }: TrackedTransaction): Promise<void> {
    if (attempts.length === 0) return
    // A node that does not answer may know one.
    const known = await Promise.all(attempts.map(({ hash }) => port.knows(hash).catch(() => true)))
    if (known.includes(true)) return unshown(transaction, logger)
    onForeign(nonce)
    await outcomes.superseded(transaction, `nonce ${nonce} was spent without a transaction of the wallet`)
  }
}

/** Transactions that a log line has told of. */
const told = new WeakSet<TrackedTransaction>()

/** A node without old blocks, or without their receipts, may never show it: a person can say what became of it. A log line tells once. */
function unshown(transaction: TrackedTransaction, logger: Logger): void {
  const { id, nonce } = transaction
  transaction.isUnshown = true
  if (told.has(transaction)) return
  told.add(transaction)
  logger.warn(
    { id, nonce },
    'the nonce is spent, and the node does not show by what; if that lasts, call resolveIntent',
  )
}
