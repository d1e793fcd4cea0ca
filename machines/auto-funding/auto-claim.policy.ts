import { CLAIM_AND_PUT_BACK_GAS, CLAIM_GAS } from '../gas-costs.ts'
import { subAccountIn } from '../sub-account/sub-account.facts.ts'
import type { ClaimDecision, PlanInput, Standing, Decision } from './plan.types.ts'
import { isBackingOff } from './auto-funding.retry.ts'
import type { ClaimHold } from './auto-funding.types.ts'

/**
 * Adds to a decision what is to be claimed from the sub-account. A top-up goes first, since it may need the refund.
 *
 * A sub-account with available funds takes two transactions: the retrieve locks those funds, and a transfer puts them back
 * seconds later. Claiming from a provider that is in use is safe all the same: it serves on a balance that it read minutes
 * ago, reads the balance again before it refuses, and what it charges in between is paid from the new refund.
 */
export function withClaim(input: PlanInput, standing: Standing, decision: Decision): Decision {
  const claim = standing.autoClaim ? claimOf(input, standing, decision) : null
  return claim ? { ...decision, claim } : decision
}

function claimOf(input: PlanInput, standing: Standing, decided: Decision): ClaimDecision | null {
  const { position, gasPrice } = input
  const { available, action } = decided
  const { claimable: amount = 0n, pendingRefund = 0n } = subAccountIn(position, decided) ?? {}
  if (amount === 0n) return null
  const cost = (gasPrice ?? 0n) * (available > 0n ? CLAIM_AND_PUT_BACK_GAS : CLAIM_GAS)
  // Whatever it is worth, a refund that alone keeps a top-up waiting is claimed: otherwise the sub-account would stay low for good.
  const endsHold = action === 'hold' && decided.reason === 'refund-pending' && amount === pendingRefund
  const isDust = amount <= cost && !endsHold
  return { amount, cost, wait: action === 'hold' ? reasonToWait(input, standing, isDust) : 'topping-up' }
}

function reasonToWait(input: PlanInput, standing: Standing, isDust: boolean): ClaimHold | null {
  const { block, wallet } = input.position
  const { inFlight, settledFrom, mode, claimFailure } = standing
  if (inFlight || (settledFrom !== null && block.number < settledFrom)) return 'in-flight'
  if (mode === 'paused') return 'paused'
  if (input.isStale) return 'stale-reading'
  if (isDust) return 'dust'
  if (input.gasPrice === null) return 'gas-unread'
  if (wallet.balance <= input.gasReserve) return 'gas-short'
  if (isBackingOff(claimFailure, block.timestamp)) return 'backing-off'
  return null
}
