import { newestAsks } from './asks.ts'
import { closingIn, foldRecords, isClaimRecord, isClosingRecord, openClaims, spentNonces } from './journal-fold.ts'
import type { JournalEntry, JournalRecord } from './journal.types.ts'
import { depositOf, isCounted, isUnpaid, paymentOf } from './payments.ts'
import { withoutRepeats } from './journal-repeats.ts'
import { MOST_REFUSED } from './refused-watch.ts'

/** How many intents with a known outcome are kept, for nonces, budgets and people. */
const KEPT = 200

type Paid = Extract<JournalRecord, { type: 'paid' | 'deposited' }>

/**
 * Drops the records that no later process needs. It keeps every open intent, the latest ones with an outcome, the latest that a node
 * refused and whose nonce no own transaction has taken, open claims and an open closing with all their steps, the latest call for each
 * sub-account, and of dropped intents the payments that budgets still count.
 *
 * @example
 * const kept = compactRecords(records)
 */
export function compactRecords(records: readonly JournalRecord[]): JournalRecord[] {
  const claims = new Set(openClaims(records).map(({ id }) => id))
  const closing = closingIn(records)
  // Only its steps tell how far open work has come.
  const isOpenStep = ({ intent }: JournalEntry['prepared']) =>
    claims.has(intent.claim ?? '') || (closing !== null && intent.closing === closing.id)
  const entries = foldRecords(records)
  const mined = new Set(entries.flatMap(({ prepared, outcome }) => (outcome?.type === 'mined' ? prepared.nonce : [])))
  // Another node may have what one refused for good, until another transaction has its nonce.
  const isRefused = ({ prepared: { nonce }, outcome }: JournalEntry) =>
    outcome?.type === 'superseded' && outcome.refused === true && !mined.has(nonce)
  const isSettled = (entry: JournalEntry) => !isRefused(entry)
  const over = entries.filter(({ outcome, prepared }) => outcome !== null && !isOpenStep(prepared))
  const dropped = [...allBut(over.filter(isRefused), MOST_REFUSED), ...allBut(over.filter(isSettled), KEPT)]
  const ids = new Set(dropped.map(({ prepared }) => prepared.id))
  const spent = spentNonces(records)
  const asks = newestAsks(records)
  const isKept = (record: JournalRecord) => {
    if (record.type === 'asked') return asks.has(record)
    if (record.type === 'lost') return record.nonces.some((nonce) => nonce >= spent)
    if (isClosingRecord(record)) return record.id === closing?.id
    if (isClaimRecord(record)) return claims.has(record.id)
    return !isPaid(record) && !ids.has(record.id)
  }
  return [...paymentsIn(records, dropped), ...withoutRepeats(records.filter(isKept))]
}

const allBut = (entries: readonly JournalEntry[], last: number): readonly JournalEntry[] =>
  entries.slice(0, Math.max(0, entries.length - last))

/** Payments of dropped intents, now and in earlier compactions, as far back as budgets count. */
function paymentsIn(records: readonly JournalRecord[], dropped: readonly JournalEntry[]): Paid[] {
  const paid = [
    ...records.filter(isPaid),
    ...dropped.flatMap(({ prepared: { id, intent }, outcome }): Paid[] => {
      if (isUnpaid(outcome)) return []
      const notBefore = outcome?.type === 'mined' ? (outcome.notBefore ?? null) : null
      const payment = paymentOf(intent, notBefore)
      const deposit = depositOf(intent, notBefore)
      return [
        ...(payment ? [{ type: 'paid', id, ...payment } as const] : []),
        ...(deposit ? [{ type: 'deposited', id, ...deposit } as const] : []),
      ]
    }),
  ]
  const newest = paid.reduce((latest, { at }) => Math.max(latest, at), 0)
  return paid.filter((one) => isCounted(one, newest))
}

const isPaid = (record: JournalRecord): record is Paid => record.type === 'paid' || record.type === 'deposited'
