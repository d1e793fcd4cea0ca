import type { BudgetedLeases } from '../transactions/lease.types.ts'
import { heldBy, type SharedBudget, type WalletPayments } from './shared-budget.ts'

/**
 * The budget of a fleet whose store keeps it for all machines. What a plan decides on is a first guess: the journal refuses a payment that
 * the budget does not allow, and knows what every wallet has paid, so that no wallet waits for another one's opening.
 */
export function createCommonBudget({ left }: Pick<BudgetedLeases, 'left'>): SharedBudget {
  const members = new Map<string, WalletPayments>()
  return {
    // What the store keeps for the wallet's own refused transactions, the wallet may pay anew.
    left(_now, wallet) {
      const own = members.get(wallet)
      return heldBy(() => own?.refused() ?? null).reduce((sum, { amount }) => sum + amount, left())
    },
    see: () => undefined,
    join(wallet, payments) {
      members.set(wallet, payments)
      return () => {
        if (members.get(wallet) === payments) members.delete(wallet)
      }
    },
    whileOpening: (_wallet, open) => open(),
  }
}
