import { paymentsIn, type JournalRecord, type RecordedPayment } from '../index.ts'

/** What a record changes in what its wallet has paid: it begins a payment of so much wei, or says what became of one. */
export type PaymentChange =
  { type: 'begins'; id: string; amount: bigint } | { type: 'turns'; id: string; into: RecordedPayment['state'] }

/** Null where a record changes nothing. A transaction that pays nothing has no payment to be changed. */
export function changeBy(record: JournalRecord): PaymentChange | null {
  switch (record.type) {
    case 'prepared': {
      const [payment] = paymentsIn([record])
      return payment ? { type: 'begins', id: record.id, amount: payment.amount } : null
    }
    case 'mined':
      return { type: 'turns', id: record.id, into: record.status === 1 ? 'paid' : 'unpaid' }
    case 'superseded':
      return { type: 'turns', id: record.id, into: record.refused ? 'refused' : 'unpaid' }
    case 'unmined':
      return { type: 'turns', id: record.id, into: 'open' }
    default:
      return null
  }
}

/** From when a window counts a payment of the table's row `payment` in a state: see the table. @param paid from when, where it is paid */
export const countsFrom = (state: string, paid = 'clock_timestamp()'): string =>
  `case ${state} when 'open' then payment.at + interval '744 hours' when 'paid' then ${paid} else '-infinity' end`

/** Until when a payment that a node refused keeps its place in budgets, in a state: see the table. */
export const heldUntil = (state: string): string =>
  `case ${state} when 'refused' then payment.at + interval '744 hours' end`
