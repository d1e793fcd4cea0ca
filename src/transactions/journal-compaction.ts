import { closingIn, foldRecords, isClaimRecord, isClosingRecord, openClaims } from './journal-fold.ts'
import type { JournalEntry, JournalRecord } from './journal.types.ts'
import { isCounted, paymentOf } from './payments.ts'

/** How many intents with a known outcome are kept, for nonces, budgets and people. */
const KEPT = 200

type Paid = Extract<JournalRecord, { type: 'paid' }>

/**
 * Drops the records that no later process needs. It keeps every open intent, the latest ones with an outcome, open
 * claims and an open closing with all their steps, and of dropped intents the payments that budgets still count.
 */
export function compactRecords(records: readonly JournalRecord[]): JournalRecord[] {
  const claims = new Set(openClaims(records).map(({ id }) => id))
  const closing = closingIn(records)
  // Only its steps tell how far open work has come.
  const isOpenStep = ({ intent }: JournalEntry['prepared']) =>
    claims.has(intent.claim ?? '') || (closing !== null && intent.closing === closing.id)
  const over = foldRecords(records).filter(({ outcome, prepared }) => outcome !== null && !isOpenStep(prepared))
  const dropped = over.slice(0, Math.max(0, over.length - KEPT))
  const ids = new Set(dropped.map(({ prepared }) => prepared.id))
  const isKept = (record: JournalRecord) => {
    if (isClosingRecord(record)) return record.id === closing?.id
    if (isClaimRecord(record)) return claims.has(record.id)
    return record.type !== 'paid' && !ids.has(record.id)
  }
  return [...paymentsIn(records, dropped), ...records.filter(isKept)]
}

/** Payments of dropped intents, now and in earlier compactions, as far back as budgets count. */
function paymentsIn(records: readonly JournalRecord[], dropped: readonly JournalEntry[]): Paid[] {
  const paid = [
    ...records.filter((record) => record.type === 'paid'),
    ...dropped.flatMap(({ prepared: { id, intent }, outcome }): Paid[] => {
      const payment = paymentOf(intent, outcome)
      return payment ? [{ type: 'paid', id, ...payment }] : []
    }),
  ]
  const newest = paid.reduce((latest, { at }) => Math.max(latest, at), 0)
  return paid.filter((one) => isCounted(one, newest))
}
