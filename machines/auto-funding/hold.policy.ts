import { isBackingOff } from './auto-funding.retry.ts'
import type { Anomaly } from './anomaly.policy.ts'
import type { HoldReason } from './auto-funding.types.ts'
import { isResting, isUnread } from './idle.policy.ts'
import type { DecisionRow, PlanInput, Standing } from './plan.types.ts'

/** Why a sub-account is held whatever money there is; null where it is due a top-up. */
export function reasonToHold(
  {
    position: { block, ledger, wallet },
    gasReserve,
    gasPrice,
    isStale,
    cannotRecord,
    hasUnknownPending,
    holdsForForeign,
    feesAreHigh,
    budgetLeft,
    awaitsDeposit,
  }: PlanInput,
  standing: Standing,
  row: DecisionRow,
): HoldReason | null {
  const { mode, inFlight, unresolved, nonceSpent, putBackPending, settledFrom, failure, limits } = standing
  if (inFlight && unresolved) return 'unresolved-intent'
  if (inFlight && putBackPending === true) return 'put-back-pending'
  if (inFlight) return nonceSpent === true ? 'nonce-spent' : 'in-flight'
  if (settledFrom !== null && block.number < settledFrom) return 'settling'
  if (mode !== 'on') return mode
  if (isStale) return 'stale-reading'
  if (isSupplied(row)) return 'sufficient'
  if (row.state !== 'none' && standing.reclaim) {
    if (isResting(standing.reclaim, block.timestamp)) return 'idle'
    if (isUnread(standing.reclaim, block.timestamp)) return 'use-unread'
  }
  if (row.pendingRefund > 0n && standing.onPendingRefund === 'hold') return 'refund-pending'
  if (cannotRecord) return 'journal-unavailable'
  if (hasUnknownPending) return 'unknown-pending'
  if (holdsForForeign) return 'foreign-transaction'
  if (standing.registered === false) return 'provider-unregistered'
  if (standing.accepted === false) return 'provider-unaccepted'
  if (standing.registered === null) return 'provider-unread'
  if (standing.anomaly && !isOverruled(standing.anomaly, standing, budgetLeft)) return 'anomaly'
  if (!ledger) return awaitsDeposit ? 'deposit-pending' : 'ledger-missing'
  if (isBackingOff(failure, block.timestamp)) return 'backing-off'
  if (block.timestamp < limits.coolingUntil) return 'cooling-down'
  if (gasPrice === null) return 'gas-unread'
  if (feesAreHigh) return 'fees-high'
  if (wallet.balance <= gasReserve) return 'gas-short'
  return null
}

/** A person is asked anyway; and what a budget allows may be charged, so that a burn on the chain needs no other limit. */
function isOverruled({ kind }: Anomaly, { needsApproval, limits }: Standing, commonBudgetLeft: bigint | null): boolean {
  return needsApproval || (kind === 'burn' && (limits.budgetLeft !== null || commonBudgetLeft !== null))
}

/** Whether nothing is missing there. */
export const isSupplied = ({ deficit }: DecisionRow): boolean => deficit === 0n
