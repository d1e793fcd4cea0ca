import type { Position } from '../../machines/position.types.ts'
import type { ClosingCancelled } from './types.ts'

/** What a closing that was cancelled leaves, as a position shows it. */
export function remainderOf({ block, ledger, subAccounts }: Position): ClosingCancelled {
  return {
    block,
    available: ledger?.available ?? 0n,
    locked: subAccounts
      .filter(({ pendingRefund }) => pendingRefund > 0n)
      .map(({ provider, serviceType, pendingRefund, refunds }) => ({
        provider,
        serviceType,
        amount: pendingRefund,
        until: Math.max(...refunds.map(({ unlocksAt }) => unlocksAt)),
      })),
    free: subAccounts.reduce((sum, { available }) => sum + available, 0n),
  }
}
