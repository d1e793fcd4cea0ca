import { foldRecords } from './journal-fold.ts'
import type { JournalEntry, JournalRecord, Payment } from './journal.types.ts'
import { isUnpaid, paymentOf } from './payments.ts'
import { settledNonces } from './settled-nonces.ts'

/**
 * What auto-funding pays by an intent, as a store counts it that keeps a budget: `at` in seconds of block time, from which it counts. `open`: it
 * may be mined yet. `refused`: a node refused it for good, and another one may have it, until another transaction has its nonce. `unpaid`: it never
 * will be mined, or it reverted. Of those with one `nonce`, one is mined at most; null where the journal is compacted.
 */
export type RecordedPayment = Payment & {
  id: string
  nonce: number | null
  state: 'open' | 'refused' | 'paid' | 'unpaid'
}

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
    return [{ ...payment, nonce: null, state: 'paid' }]
  })
  const entries = foldRecords(records)
  const { settled } = settledNonces(entries)
  const intents = entries.flatMap(({ prepared: { id, intent, nonce }, outcome }): RecordedPayment[] => {
    const payment = paymentOf(intent, outcome?.type === 'mined' ? (outcome.notBefore ?? null) : null)
    if (!payment) return []
    return [{ id, nonce, ...payment, state: settled.has(nonce) && isRefused(outcome) ? 'unpaid' : stateAfter(outcome) }]
  })
  return [...compacted, ...intents]
}

function stateAfter(outcome: JournalEntry['outcome']): RecordedPayment['state'] {
  if (outcome === null) return 'open'
  if (isRefused(outcome)) return 'refused'
  return isUnpaid(outcome) ? 'unpaid' : 'paid'
}

const isRefused = (outcome: JournalEntry['outcome']): boolean =>
  outcome?.type === 'superseded' && outcome.refused === true
