import { InvalidInputError } from '../base/errors.ts'
import type { JournalSession } from './journal-session.ts'
import type { Tracker } from './tracker.ts'

/**
 * Resolves an intent that a wallet was asked to send, by what its user found out: that it was not sent, or its hash.
 *
 * @throws InvalidInputError for an id that is not open, a hash that is none, and a transaction that was sent
 */
export async function resolveIntent(
  { session, tracker }: { session: JournalSession; tracker: Tracker },
  id: string,
  outcome: 'not-sent' | { hash: string },
): Promise<void> {
  await session.open()
  const transaction = tracker.open().find((one) => one.id === id)
  if (!transaction) throw new InvalidInputError('There is no open intent of this id.', { id })
  const { attempts, actor } = transaction
  if (attempts.length > 0 && outcome === 'not-sent')
    throw new InvalidInputError('This intent was sent; it is followed to its end.', {
      id,
      transaction: attempts.at(-1)?.hash,
    })
  if (outcome === 'not-sent') return tracker.abandon(transaction, 'resolved by hand: it was not sent')
  const { hash } = outcome
  if (!/^0x[0-9a-f]{64}$/i.test(hash)) throw new InvalidInputError('This is not a transaction hash.', { hash })
  await session.append({ type: 'sent', id, hash })
  attempts.push({ hash, raw: null, fees: { gasPrice: 0n } })
  actor.send({ type: 'sent', hash })
  tracker.follow(transaction)
}
