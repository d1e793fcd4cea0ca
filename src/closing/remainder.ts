import type { Position, SubAccountElsewhere, SubAccountPosition } from '../../machines/position.types.ts'
import type { ClosingCancelled } from './types.ts'

/** What a closing that was cancelled leaves, as a position shows it. */
export function remainderOf({ block, ledger, subAccounts, elsewhere = [] }: Position): ClosingCancelled {
  const all: (SubAccountPosition | SubAccountElsewhere)[] = [...subAccounts, ...elsewhere]
  return {
    block,
    available: ledger?.available ?? 0n,
    locked: all
      .filter(({ pendingRefund }) => pendingRefund > 0n)
      .map(({ provider, serviceType, pendingRefund, refunds, ...more }) => ({
        provider,
        serviceType,
        ...('service' in more && { service: more.service }),
        amount: pendingRefund,
        until: Math.max(...refunds.map(({ unlocksAt }) => unlocksAt)),
      })),
    free: all.reduce((sum, { available }) => sum + available, 0n),
  }
}
