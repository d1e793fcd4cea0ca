import { budgetLeft } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Limits } from '../../machines/auto-funding/plan.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { Rules } from '../chain/port.ts'
import { commonLeft, firstDayAt, lesser, limitsOf, paymentsOf, type Spending } from './budget.ts'
import type { Grades } from './grades.ts'
import type { LimitsOf, OwnLimits } from './limits.ts'

export type TransferLimitsOptions = {
  grades: Pick<Grades, 'by' | 'firstCharge'>
  rules: Pick<Rules, 'minTransfer'>
  spending: Spending
  /** What the wallet keeps for the gas of a full exit, in wei. */
  gasReserve: (position: Position) => bigint
  /** In wei; null while it is unknown. */
  gasPrice: () => bigint | null
}

/** The limits of a transfer on demand: those of auto-funding, and of the caller. */
export function createTransferLimits({
  grades,
  rules,
  spending,
  gasReserve,
  gasPrice,
}: TransferLimitsOptions): LimitsOf {
  return (id, position, callers) => {
    const now = position.block.timestamp
    const payments = paymentsOf(spending)
    const { policy } = grades.by(id)
    const own = limitsOf(policy, id, payments, now)
    return {
      own: callers
        ? narrow(
            own,
            callers,
            budgetLeft(callers.budget, () => payments.of(id), now),
          )
        : own,
      firstDay: firstDayAt(policy, {
        id,
        firstCharge: grades.firstCharge(id),
        minTransfer: rules.minTransfer,
        payments,
        now,
      }),
      common: commonLeft(spending, payments, now),
      gas: gasPrice() === null ? null : { balance: position.wallet.balance, reserve: gasReserve(position) },
    }
  }
}

function narrow(own: Limits, { maxTopUp }: OwnLimits, left: bigint | null): Limits {
  return { ...own, maxTopUp: lesser(own.maxTopUp, maxTopUp), budgetLeft: lesser(own.budgetLeft, left) }
}
