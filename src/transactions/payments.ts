import { LONGEST_WINDOW } from '../base/durations.ts'
import type { Intent } from './intent.ts'
import type { JournalEntry, JournalRecord, Payment } from './journal.types.ts'

/** Payments of transactions that the lane has forgotten, as far back as any budget counts. */
export type PaymentMemory = {
  /** Oldest first. */
  readonly all: readonly Payment[]
  restore(records: readonly JournalRecord[]): void
  add(payment: Payment): void
}

export function createPaymentMemory(): PaymentMemory {
  const all: Payment[] = []

  return {
    all,
    restore(records) {
      for (const record of records) if (record.type === 'paid') all.push(record)
    },
    add(payment) {
      all.push(payment)
      while (all[0] && !isCounted(all[0], payment.at)) all.shift()
    },
  }
}

/** Whether any limit may count a payment after another one at `now`: no window of a budget is longer. */
export const isCounted = ({ at }: { at: number }, now: number): boolean => now - at <= LONGEST_WINDOW

/** What auto-funding paid by this intent, or may yet; null for intents of a caller, and for what was not paid. */
export function paymentOf({ subAccount, amount, decidedAt }: Intent, outcome: JournalEntry['outcome']): Payment | null {
  if (!subAccount || decidedAt === null) return null
  if (outcome?.type === 'superseded' || outcome?.status === 0) return null
  return { ...subAccount, amount, at: decidedAt }
}
