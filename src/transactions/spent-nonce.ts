import type { Logger } from '../base/logger.ts'
import type { TransactionPort } from '../chain/port.ts'
import { FINALITY_DEPTH, type Finality } from './finality.ts'
import type { Outcomes } from './outcomes.ts'
import { spenderAction } from './resubmission.policy.ts'
import { askSpender } from './spender-question.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

export type SpentNonceOptions = {
  port: Pick<TransactionPort, 'spender' | 'isCall' | 'head' | 'transactionCount' | 'knows'>
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
  const spender = await askSpender(port, nonce)
  if (spender === 'not-kept') return warnOnce(transaction, logger)
  if (!spender) {
    const isWithout = await isSpentWithoutTransaction(transaction, port)
    if (isWithout === null) warnOnce(transaction, logger)
    if (isWithout !== true) return
    onForeign(nonce)
    await outcomes.superseded(transaction, `nonce ${nonce} was spent without a transaction of the wallet`)
    return
  }
  const { transactionHash, blockNumber, depth } = spender
  const isSameCall = port.isCall(spender, intent.call)
  const isFinal = finality.isFinal(transaction, { block: `${transactionHash} in ${blockNumber}`, depth })
  const action = spenderAction(attempts, { transactionHash, isSameCall, isFinal })
  const isOwn = action === 'adopt' || attempts.some(({ hash }) => hash === transactionHash)
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
      return
  }
}

/** Transactions that a log line has told of. */
const told = new WeakSet<TrackedTransaction>()

/** A node without old blocks may never show it: a person can say what became of it. */
function warnOnce(transaction: TrackedTransaction, logger: Logger): void {
  const { id, nonce } = transaction
  if (told.has(transaction)) return
  told.add(transaction)
  logger.warn(
    { id, nonce },
    'the nonce is spent, and the node does not show by what; if that lasts, call resolveIntent',
  )
}

/**
 * An EIP-7702 authorization in another account's transaction spends the nonce of its key. That is proven where the nonce was
 * spent as of a final block and the node knows no hash of the transaction. Whatever is decided next rests on a position that
 * shows what really happened.
 *
 * @returns null where it is spent and the node does not show by what
 */
async function isSpentWithoutTransaction(
  { nonce, attempts }: TrackedTransaction,
  port: SpentNonceOptions['port'],
): Promise<boolean | null> {
  if (attempts.length === 0) return false
  try {
    const spent = await port.transactionCount(Math.max(0, (await port.head()) - FINALITY_DEPTH))
    if (spent <= nonce) return false
    const known = await Promise.all(attempts.map(({ hash }) => port.knows(hash)))
    return known.includes(true) ? null : true
  } catch {
    return null
  }
}
