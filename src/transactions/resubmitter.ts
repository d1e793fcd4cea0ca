import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { BroadcastAnswer } from '../chain/broadcast-answer.ts'
import type { TransactionPort } from '../chain/port.ts'
import { feeCeiling } from './fee-ceiling.policy.ts'
import type { Journal } from './journal.types.ts'
import { nextSendAfterFailure, nextSendAt, replacementFees } from './resubmission.policy.ts'
import type { Attempt, TrackedTransaction } from './tracked-transaction.ts'

export type ResubmitterOptions = {
  port: Pick<TransactionPort, 'broadcast' | 'fees' | 'sign'>
  journal: Pick<Journal, 'append'>
  blockTimeMs: () => number
  maxFeePerGas: bigint | null
  /** Called after each broadcast, whether the node took it or not. */
  onBroadcast: (transaction: TrackedTransaction, hash: string) => void
  clock: Clock
  logger: Logger
}

/** Sends signed bytes: the same ones again, or a replacement with higher fees. */
export type Resubmitter = {
  rebroadcast(transaction: TrackedTransaction): Promise<void>
  replace(transaction: TrackedTransaction): Promise<void>
}

export function createResubmitter(options: ResubmitterOptions): Resubmitter {
  const { port, journal, blockTimeMs, maxFeePerGas, onBroadcast, clock, logger } = options

  return {
    async rebroadcast(transaction) {
      const latest = latestSigned(transaction)
      if (latest) await send(transaction, latest, clock.now())
    },
    async replace(transaction) {
      const latest = latestSigned(transaction)
      const now = clock.now()
      if (latest) await send(transaction, await replacementOr(transaction, latest), now)
    },
  }

  async function send(transaction: TrackedTransaction, { raw, hash }: Attempt, now: number): Promise<void> {
    transaction.sends += 1
    transaction.sendAgainAt = nextSendAt({ now, blockTimeMs: blockTimeMs() })
    if (raw !== null) note(transaction, await port.broadcast(raw))
    onBroadcast(transaction, hash)
  }

  function note(transaction: TrackedTransaction, answer: BroadcastAnswer): void {
    const { id, answer: before } = transaction
    const { grade, reason, message } = answer
    transaction.answer = answer
    transaction.refusals = grade === 'final' ? transaction.refusals + 1 : 0
    if (grade === 'arrived' || grade === 'unknown') transaction.takenAt = clock.now()
    if (grade === 'arrived') return
    transaction.sendAgainAt = nextSendAfterFailure(transaction, { now: clock.now(), blockTimeMs: blockTimeMs() })
    // Logged once for each reason; the transaction keeps the answer.
    if (grade === 'unknown' || before?.reason === reason)
      logger.debug({ id, reason, message }, 'broadcast failed; the node may have taken it all the same')
    else logger.warn({ id, reason, message }, 'the node refuses the transaction')
  }

  /** Without a higher fee the signed bytes go on being sent: the node may have lost them. */
  async function replacementOr(transaction: TrackedTransaction, latest: Attempt): Promise<Attempt> {
    const { id, nonce } = transaction
    try {
      return (await signReplacement(transaction, latest)) ?? latest
    } catch (error) {
      logger.warn({ err: error, id, nonce }, 'the transaction is stuck and its fee could not be raised')
      return latest
    }
  }

  /** The same intent at the same nonce, in the journal before it is sent; null where the cap allows no higher fee. */
  async function signReplacement(transaction: TrackedTransaction, latest: Attempt): Promise<Attempt | null> {
    const { id, nonce, gasLimit, intent } = transaction
    // What holds for the first fee holds for every later one: a price that rose since must not cost more than the payment is worth.
    const cap = maxFeePerGas ?? feeCeiling({ amount: intent.amount, gasLimit }).ceiling
    const fees = replacementFees(latest.fees, await port.fees(), cap)
    if (!fees || !port.sign) {
      logger.warn({ id, nonce }, 'the transaction is stuck and its fee is raised no further')
      return null
    }
    const signed = await port.sign(intent.call, { nonce, gasLimit, fees })
    await journal.append({ type: 'replaced', id, fees, signed })
    const attempt = { ...signed, fees }
    transaction.attempts.push(attempt)
    transaction.since = clock.now()
    transaction.overdueSince = null
    transaction.actor.send({ type: 'replaced', hash: signed.hash })
    logger.info({ id, nonce, transaction: signed.hash }, 'the transaction is stuck; replaced it with a higher fee')
    return attempt
  }
}

function latestSigned({ attempts }: TrackedTransaction): Attempt | undefined {
  return attempts.findLast(({ raw }) => raw !== null)
}
