import { InvalidInputError, ReadError } from '../base/errors.ts'
import type { JournalSession } from './journal-session.ts'
import { GIVEN_BLOCK } from './recent-receipts.ts'
import { traceOf, type Trace, type TracePort } from './transaction-trace.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'
import type { Tracker } from './tracker.ts'

export type ResolveIntentOptions = {
  session: JournalSession
  tracker: Tracker
  port: TracePort
}

/**
 * Resolves an intent that a wallet was asked to send, by what its user found out: that it was not sent, or its hash. Of a transaction
 * that was sent, its user may say so only where its nonce is spent for good and the node cannot show by what, as a node without old blocks.
 *
 * @throws InvalidInputError for an id that is not open, a hash that is none, and a transaction that the node can still prove;
 *   ReadError where the node does not answer what it knows of the transaction
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
    const trace = await shownOf(transaction)
    if (trace === 'unanswered') throw isUnanswered(transaction)
    if (trace === 'known') throw isFollowed(transaction, 'resolve it by its hash, because the node has the transaction')
    const reason = `resolved by hand without a proof: nonce ${nonce} is spent, and the node does not show by what`
    return tracker.abandon(transaction, `${reason}. If this transaction was mined, no budget counts what it paid`)
  }
  const { hash } = outcome
  if (!/^0x[0-9a-f]{64}$/i.test(hash)) throw new InvalidInputError('This is not a transaction hash.', { hash })
  if (attempts.some((one) => one.hash === hash.toLowerCase())) {
    await shownOf(transaction)
    const mined = { transactionHash: hash.toLowerCase(), blockNumber: GIVEN_BLOCK, gasUsed: 0n, status: 1 } as const
    return tracker.accept(transaction, mined)
  }
  await session.append({ type: 'sent', id, hash })
  attempts.push({ hash, raw: null, fees: { gasPrice: 0n } })
  actor.send({ type: 'sent', hash })
  tracker.follow(transaction)

  /** What the node shows of a transaction that it will not bring to an end by itself. */
  async function shownOf(one: TrackedTransaction): Promise<Exclude<Trace, 'followed' | 'silent'>> {
    const trace = await traceOf(one, { port, isSpentForGood: tracker.isSpentForGood })
    if (!tracker.open().includes(one)) throw isOver(id)
    if (trace === 'silent') throw isUnanswered(one)
    if (trace === 'followed') throw isFollowed(one, WAIT)
    return trace
  }
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

const WAIT = 'wait: a person decides only once its nonce is spent for good and the node cannot show by what'

function isFollowed({ id, attempts }: TrackedTransaction, advice: string): InvalidInputError {
  return new InvalidInputError('This intent was sent; it is followed to its end.', {
    id,
    transaction: attempts.at(-1)?.hash,
    do: advice,
  })
}
