import type { Clock } from '../base/clock.ts'
import { UnresolvedIntentError } from '../base/sending-errors.ts'
import type { Logger } from '../base/logger.ts'
import { NotSentError } from '../base/errors.ts'
import { withTimeout } from '../base/timeout.ts'
import type { SendOptions, TransactionPort } from '../chain/port.ts'
import type { JournalSession } from './journal-session.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'
import type { Tracker } from './tracker.ts'

export type WalletSendingOptions = {
  port: Pick<TransactionPort, 'send'>
  session: Pick<JournalSession, 'append'>
  tracker: Pick<Tracker, 'follow' | 'abandon'>
  /** How long a wallet that signs only while it sends may take, in milliseconds. */
  sendTimeoutMs: number
  clock: Clock
  logger: Logger
}

/** @throws NotSentError where the wallet refused, UnresolvedIntentError where it did not say whether it sent */
export type WalletSending = (transaction: TrackedTransaction, how: SendOptions) => Promise<void>

/** Has a wallet send that signs only what it sends. Unless it refuses outright, it may have sent. */
export function createWalletSending(options: WalletSendingOptions): WalletSending {
  const { port, session, tracker, sendTimeoutMs, clock, logger } = options

  return async (transaction, how) => {
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
}
