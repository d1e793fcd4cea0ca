import type { Amount } from '../../base/amounts.ts'
import { LONGEST_WINDOW, toSeconds, type Duration } from '../../base/durations.ts'
import { check, checkFields, positiveAmount } from './checks.ts'

/** At most `amount` within any stretch of time as long as `per`. Payments in flight count. */
export type Budget = { amount: Amount; per: Duration }

/** @throws InvalidInputError for a budget without an amount or for a window that is longer than payments are kept */
export function toBudget(budget: Budget | undefined): { amount: bigint; seconds: number } | null {
  if (budget === undefined) return null
  checkFields('budget', budget, ['amount', 'per'])
  const amount = positiveAmount(budget.amount, 'budget.amount')
  const seconds = toSeconds(budget.per, 'budget.per')
  check(seconds <= LONGEST_WINDOW, 'A budget looks back at most 31 days.', { 'budget.per': budget.per })
  return { amount, seconds }
}
