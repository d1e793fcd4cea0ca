import type { Payment } from './journal.types.ts'
import { paymentOf } from './payments.ts'
import type { TrackedTransaction, TrackedTransactionInput } from './tracked-transaction.ts'
import { pays } from './transaction-history.ts'

/** Transactions that a node refused for good and another one may have, and what the lane remembers beside them. */
export type RefusedTransactions = {
  refused: readonly Pick<TrackedTransactionInput, 'intent' | 'nonce'>[]
  own: readonly Pick<TrackedTransaction, 'intent' | 'nonce' | 'actor'>[]
}

/**
 * What auto-funding may pay yet by transactions that a node refused for good and another one may have, beyond what the lane's own at the same
 * nonces pay: of those with one nonce, one is mined at most. The wallet itself may pay as much again, because it takes the same nonce.
 */
export function refusedPayments({ refused, own }: RefusedTransactions): Payment[] {
  const dearest = new Map<number, Payment>()
  for (const { intent, nonce } of refused) {
    const payment = paymentOf(intent, null)
    if (payment && payment.amount > (dearest.get(nonce)?.amount ?? 0n)) dearest.set(nonce, payment)
  }
  return [...dearest].flatMap(([nonce, payment]) => {
    const others = own.filter((one) => one.nonce === nonce && pays(one.actor))
    const paid = others.reduce((sum, { intent }) => sum + (paymentOf(intent, null)?.amount ?? 0n), 0n)
    return payment.amount > paid ? [{ ...payment, amount: payment.amount - paid, at: Infinity }] : []
  })
}
