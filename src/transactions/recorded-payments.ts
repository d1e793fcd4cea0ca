import { foldRecords } from './journal-fold.ts'
import type { JournalRecord, Payment } from './journal.types.ts'
import { isUnpaid, paymentOf } from './payments.ts'

/**
 * What auto-funding pays by an intent, as a store counts it that keeps a budget: `at` in seconds of block time, from which it counts. `open`: it
 * may be mined yet. `unpaid`: it never will be, or it reverted.
 */
export type RecordedPayment = Payment & { id: string; state: 'open' | 'paid' | 'unpaid' }

/**
 * The payments that records tell of: for a store that keeps journals, and a budget for all machines beside them.
 *
 * @example
 * const counted = paymentsIn(records).filter(({ state }) => state !== 'unpaid')
 */
export function paymentsIn(records: readonly JournalRecord[]): RecordedPayment[] {
  const compacted = records.flatMap((record): RecordedPayment[] => {
    if (record.type !== 'paid') return []
    const { type: _, ...payment } = record
    return [{ ...payment, state: 'paid' }]
  })
  const intents = foldRecords(records).flatMap(({ prepared: { id, intent }, outcome }): RecordedPayment[] => {
    const payment = paymentOf(intent, outcome?.type === 'mined' ? (outcome.notBefore ?? null) : null)
    if (!payment) return []
    return [{ id, ...payment, state: outcome === null ? 'open' : isUnpaid(outcome) ? 'unpaid' : 'paid' }]
  })
  return [...compacted, ...intents]
}
