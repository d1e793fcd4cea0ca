import { InvalidInputError, ReadError } from '../base/errors.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { JournalSession } from './journal-session.ts'
import { GIVEN_BLOCK } from './recent-receipts.ts'
import { findReceipt } from './receipts.ts'
import { askSpender } from './spender-question.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'
import type { Tracker } from './tracker.ts'

export type ResolveIntentOptions = {
  session: JournalSession
  tracker: Tracker
  port: Pick<TransactionPort, 'mined' | 'transactionCount' | 'spender' | 'head'>
}

/**
 * Resolves an intent that a wallet was asked to send, by what its user found out: that it was not sent, or its hash. Of a transaction
 * that was sent, its user may say so only where its nonce is spent and the node cannot show by what, as a node without old blocks.
 *
 * @throws InvalidInputError for an id that is not open, a hash that is none, and a transaction that the node can still prove;
 *   ReadError where the node does not answer whether it has its receipt
 */
export async function resolveIntent(
  { session, tracker, port }: ResolveIntentOptions,
  id: string,
  outcome: 'not-sent' | { hash: string },
): Promise<void> {
  await session.open()
  const transaction = tracker.open().find((one) => one.id === id)
  if (!transaction) throw isOver(id)
  const { attempts, nonce, actor } = transaction
  if (outcome === 'not-sent') {
    if (attempts.length === 0) return tracker.abandon(transaction, 'resolved by hand: it was not sent')
    const proof = await proofOf(transaction, port)
    if (proof === 'shown') throw isFollowed(transaction)
    const hasReceipt = await isMined(transaction, port)
    if (!tracker.open().includes(transaction)) throw isOver(id)
    if (proof === 'unanswered' || hasReceipt === null) throw isUnanswered(transaction)
    if (hasReceipt) throw isFollowed(transaction)
    const reason = `resolved by hand without a proof: nonce ${nonce} is spent, and the node does not show by what`
    return tracker.abandon(transaction, `${reason}. If this transaction was mined, no budget counts what it paid`)
  }
  const { hash } = outcome
  if (!/^0x[0-9a-f]{64}$/i.test(hash)) throw new InvalidInputError('This is not a transaction hash.', { hash })
  if (attempts.some((one) => one.hash === hash.toLowerCase()) && (await proofOf(transaction, port)) !== 'shown') {
    if (!tracker.open().includes(transaction)) throw isOver(id)
    const mined = { transactionHash: hash.toLowerCase(), blockNumber: GIVEN_BLOCK, gasUsed: 0n, status: 1 } as const
    return tracker.accept(transaction, mined)
  }
  await session.append({ type: 'sent', id, hash })
  attempts.push({ hash, raw: null, fees: { gasPrice: 0n } })
  actor.send({ type: 'sent', hash })
  tracker.follow(transaction)
}

/**
 * Whether the node shows what becomes of a transaction: it does where the nonce is free, or spent by what it names. Until the receipt is
 * overdue, the node may only lag.
 */
async function proofOf(
  transaction: TrackedTransaction,
  port: ResolveIntentOptions['port'],
): Promise<'shown' | 'not-shown' | 'unanswered'> {
  const { nonce, overdueSince } = transaction
  if (overdueSince === null || (await port.transactionCount('latest')) <= nonce) return 'shown'
  const [receipt, spender] = await Promise.all([
    findReceipt(port, transaction),
    askSpender(port, nonce).catch(() => 'unanswered' as const),
  ])
  if (receipt !== null) return 'shown'
  if (spender === 'unanswered') return 'unanswered'
  return spender === null || spender === 'not-kept' ? 'not-shown' : 'shown'
}

/** Whether the node has its receipt; null where it did not answer, which does not say that there is none. */
async function isMined(
  { attempts }: TrackedTransaction,
  port: Pick<TransactionPort, 'mined'>,
): Promise<boolean | null> {
  const answers = await Promise.allSettled(attempts.map(({ hash }) => port.mined(hash)))
  if (answers.some((answer) => answer.status === 'fulfilled' && answer.value !== null)) return true
  return answers.every(({ status }) => status === 'fulfilled') ? false : null
}

function isUnanswered({ attempts }: TrackedTransaction): ReadError {
  return new ReadError('The node does not say whether this transaction was mined.', {
    transaction: attempts.at(-1)?.hash,
    do: 'try again later, or with another node; where an explorer shows it, resolve it by its hash',
  })
}

function isOver(id: string): InvalidInputError {
  return new InvalidInputError('There is no open intent of this id.', { id })
}

function isFollowed({ id, attempts }: TrackedTransaction): InvalidInputError {
  return new InvalidInputError('This intent was sent; it is followed to its end.', {
    id,
    transaction: attempts.at(-1)?.hash,
    do: 'wait: a person decides only once its nonce is spent and the node cannot show by what',
  })
}
