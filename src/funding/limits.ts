import type { Limits } from '../../machines/auto-funding/plan.types.ts'
import type { SubAccountPosition } from '../../machines/position.types.ts'
import { weiToOg } from '../base/amounts.ts'
import { BudgetExhaustedError, RefundPendingError } from '../base/errors.ts'

/** One transfer of `ensureFunded`. Amounts in wei; `available` is the ledger's. */
export type Transfer = {
  provider: string
  account: SubAccountPosition | undefined
  available: bigint
  amount: bigint
}

/**
 * Holds a transfer of `ensureFunded` to the limits of auto-funding.
 *
 * @throws RefundPendingError, BudgetExhaustedError
 */
export function checkLimits(
  { provider, account, available, amount }: Transfer,
  { own, common }: { own: Limits; common: bigint | null },
  { onPendingRefund = 'hold' }: { onPendingRefund?: 'hold' | 'reuse' },
): void {
  const facts = { provider, amount: `${weiToOg(amount)} OG` }
  const pending = account?.pendingRefund ?? 0n
  if (pending > 0n && onPendingRefund === 'hold')
    throw new RefundPendingError('A refund is pending there, and a transfer would undo it.', {
      ...facts,
      'pending refund': `${weiToOg(pending)} OG`,
      do: "pass { onPendingRefund: 'reuse' } to take from it",
    })
  if (own.maxTopUp !== null && own.maxTopUp < amount)
    throw new BudgetExhaustedError('One top-up may not send that much.', {
      ...facts,
      maxTopUp: `${weiToOg(own.maxTopUp)} OG`,
    })
  for (const left of [own.budgetLeft, common])
    if (left !== null && left < amount)
      throw new BudgetExhaustedError('The budget of this window does not allow it.', {
        ...facts,
        left: `${weiToOg(left)} OG`,
      })
  const fromLedger = amount - pending
  if (own.ledgerReserve > 0n && fromLedger > 0n && available - fromLedger < own.ledgerReserve)
    throw new BudgetExhaustedError('The ledger has no more than its reserve.', {
      ...facts,
      available: `${weiToOg(available)} OG`,
      ledgerReserve: `${weiToOg(own.ledgerReserve)} OG`,
    })
}
