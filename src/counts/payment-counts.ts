import type { ServiceType } from '../../machines/position.types.ts'
import { createHistogram } from '../base/histogram.ts'
import { SparseMap, SparseSet } from '../base/sparse.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { createTally, withoutAmount } from '../base/tally.ts'
import type { BrokerEvent } from '../events/event.types.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import { CONFIRMATION_BOUNDS, JOURNAL_BOUNDS } from './bounds.ts'
import type { BrokerCounts } from './counts.types.ts'
import { createOpenTransactions } from './open-transactions.ts'

/** What a broker counts of the transactions that it sends. */
export type PaymentCounts = {
  event(event: BrokerEvent): void
  /** A transaction has begun, or changed. */
  transaction(actor: TransactionActor): void
  journalAppend(ms: number): void
  read(): CountsOfPayments
}

export type CountsOfPayments = Pick<
  BrokerCounts,
  | 'topUps'
  | 'transactions'
  | 'replacements'
  | 'reorganised'
  | 'refusals'
  | 'inFlight'
  | 'confirmationSeconds'
  | 'reactionSeconds'
  | 'journalAppendSeconds'
>

/** @param now milliseconds on a clock that is not set */
export function createPaymentCounts(now: () => number): PaymentCounts {
  const topUps = createTally<{ provider: string; serviceType: ServiceType; result: string }>()
  const transactions = createTally<{ kind: string; result: string }>()
  const replacements = createTally<{ kind: string }>()
  const reorganised = createTally<{ kind: string }>()
  const refusals = createTally<{ kind: string; reason: string }>()
  const open = createOpenTransactions(now)
  const confirmationSeconds = createHistogram(CONFIRMATION_BOUNDS)
  const reactionSeconds = createHistogram(CONFIRMATION_BOUNDS)
  const journalAppendSeconds = createHistogram(JOURNAL_BOUNDS)
  /** When each top-up that is under way was decided, by sub-account, and each transaction was broadcast, by its id. */
  const decidedAt = new SparseMap<string, number>()
  const sentAt = new SparseMap<string, number>()
  /** Transactions that were counted as mined, until a reorganisation took them back: mined anew they count no second time. */
  const takenBack = new SparseSet<string>()

  return {
    event(event) {
      if ('operation' in event) payment(event)
      if (event.type === 'top-up.decided') decidedAt.set(keyOf(event), now())
    },
    transaction: open.see,
    journalAppend: (ms) => journalAppendSeconds.observe(ms / 1_000),
    read: () => ({
      topUps: topUps.read(),
      transactions: transactions.read().map(({ amount: fee, ...one }) => ({ ...one, fee })),
      replacements: replacements.read().map(withoutAmount),
      reorganised: reorganised.read().map(withoutAmount),
      refusals: refusals.read().map(withoutAmount),
      inFlight: open.read(),
      confirmationSeconds: confirmationSeconds.read(),
      reactionSeconds: reactionSeconds.read(),
      journalAppendSeconds: journalAppendSeconds.read(),
    }),
  }

  function payment(event: Extract<BrokerEvent, { operation: string }>): void {
    const { operation: kind, transaction } = event
    switch (event.type) {
      case 'top-up.sent':
      case 'deposit.sent':
      case 'transaction.sent':
        if (transaction !== null) sentAt.set(transaction, now())
        return
      case 'top-up.delayed':
      case 'deposit.delayed':
      case 'transaction.delayed':
        return refusals.add({ kind, reason: event.reason })
      case 'top-up.replaced':
      case 'deposit.replaced':
      case 'transaction.replaced':
        return replacements.add({ kind })
      case 'top-up.unmined':
      case 'deposit.unmined':
      case 'transaction.unmined':
        if (transaction !== null) takenBack.add(transaction)
        return reorganised.add({ kind })
      case 'top-up.mined':
      case 'deposit.mined':
      case 'transaction.mined':
        return countEnd(event, 'mined')
      case 'top-up.failed':
      case 'deposit.failed':
      case 'transaction.failed':
        return countEnd(event, event.outcome)
      default:
        return event satisfies never
    }
  }

  function countEnd(event: Ended, result: string): void {
    const { operation: kind, transaction, fee } = event
    if (transaction !== null && takenBack.delete(transaction) && result === 'mined') return
    const at = transaction === null ? undefined : sentAt.get(transaction)
    if (at !== undefined && (result === 'mined' || result === 'reverted'))
      confirmationSeconds.observe((now() - at) / 1_000)
    if (transaction !== null) {
      sentAt.delete(transaction)
      transactions.add({ kind, result }, fee === null ? 0n : BigInt(fee))
    }
    if (event.type !== 'top-up.mined' && event.type !== 'top-up.failed') return
    const { provider, serviceType } = event
    topUps.add({ provider, serviceType, result }, BigInt(event.amount))
    const since = decidedAt.get(keyOf(event))
    decidedAt.delete(keyOf(event))
    if (since !== undefined && result === 'mined') reactionSeconds.observe((now() - since) / 1_000)
  }
}

type Ended = Extract<
  BrokerEvent,
  {
    type:
      'top-up.mined' | 'deposit.mined' | 'transaction.mined' | 'top-up.failed' | 'deposit.failed' | 'transaction.failed'
  }
>
