import { LONGEST_WINDOW } from '../base/durations.ts'
import { isDeposit, type Intent } from './intent.ts'
import type { DepositPayment, JournalEntry, JournalRecord, Payment } from './journal.types.ts'

/** Payments of transactions that the lane has forgotten, as far back as any budget counts. */
export type PaymentMemory = {
  /** Of auto-funding, oldest first. */
  readonly all: readonly Payment[]
  /** Of auto-deposit, oldest first. */
  readonly deposits: readonly DepositPayment[]
  restore(records: readonly JournalRecord[]): void
  add(transaction: { intent: Intent; notBefore: number | null }): void
}

export function createPaymentMemory(): PaymentMemory {
  return new ForgottenPayments()
}

class ForgottenPayments implements PaymentMemory {
  readonly all: Payment[] = []
  readonly deposits: DepositPayment[] = []

  restore(records: readonly JournalRecord[]): void {
    for (const record of records)
      if (record.type === 'paid') this.all.push(record)
      else if (record.type === 'deposited') this.deposits.push(record)
  }

  add({ intent, notBefore }: { intent: Intent; notBefore: number | null }): void {
    push(this.all, paymentOf(intent, notBefore))
    push(this.deposits, depositOf(intent, notBefore))
  }
}

function push<T extends { at: number }>(memory: T[], payment: T | null): void {
  if (!payment) return
  memory.push(payment)
  while (memory[0] && !isCounted(memory[0], payment.at)) memory.shift()
}

/** Whether any limit may count a payment after another one at `now`: no window of a budget is longer. */
export const isCounted = ({ at }: { at: number }, now: number): boolean => now - at <= LONGEST_WINDOW

/**
 * What auto-funding paid by this intent, or may yet; null for intents of a caller. It counts from when it was decided on, or from when it
 * was mined where that is later: what waited in the pool is spent with what comes after it.
 *
 * @param notBefore block time in seconds before which it was not mined; null where that is not known
 */
export function paymentOf({ subAccount, amount, decidedAt }: Intent, notBefore: number | null): Payment | null {
  if (!subAccount || decidedAt === null) return null
  return { ...subAccount, amount, at: Math.max(decidedAt, notBefore ?? 0) }
}

/** The same of what auto-deposit sent; null for every other intent. */
export function depositOf(intent: Intent, notBefore: number | null): DepositPayment | null {
  const { subAccount, amount, decidedAt } = intent
  return isDeposit(intent) && subAccount === null && decidedAt !== null
    ? { amount, at: Math.max(decidedAt, notBefore ?? 0) }
    : null
}

/** Whether what an intent would have paid was not paid. */
export const isUnpaid = (outcome: JournalEntry['outcome']): boolean =>
  outcome?.type === 'superseded' || outcome?.status === 0
