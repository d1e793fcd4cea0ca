import { budgetLeft, type SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Payment } from '../transactions/journal.types.ts'

/** A budget that several wallets of one process share: what one of them decides to pay counts at once for all others. */
export type SharedBudget = {
  /** What it leaves at a block time, in wei. */
  left(now: number): bigint | null
  /** The payments of a wallet count from now on, until the returned function is called. */
  join(payments: () => readonly Payment[]): () => void
}

export function createSharedBudget(budget: SpendingWindow): SharedBudget {
  const members = new Set<() => readonly Payment[]>()
  return {
    left: (now) => budgetLeft(budget, () => [...members].flatMap((payments) => [...payments()]), now),
    join(payments) {
      members.add(payments)
      return () => void members.delete(payments)
    },
  }
}
