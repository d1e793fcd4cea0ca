import type { BudgetedLeases } from '../transactions/lease.types.ts'
import type { SharedBudget } from './shared-budget.ts'

/**
 * The budget of a fleet whose store keeps it for all machines. What a plan decides on is a first guess: the journal refuses a payment that
 * the budget does not allow, and knows what every wallet has paid, so that no wallet waits for another one's opening.
 */
export function createCommonBudget({ left }: Pick<BudgetedLeases, 'left'>): SharedBudget {
  return { left, see: () => undefined, join: () => () => undefined, whileOpening: (open) => open() }
}
