import { CLAIM_AND_PUT_BACK_GAS, CLAIM_GAS } from '../gas-costs.ts'
import { subAccountIn } from '../sub-account/sub-account.facts.ts'
import type { ClaimDecision, PlanInput, Standing, Decision } from './plan.types.ts'
import { retryAt } from './auto-funding.retry.ts'
import type { ClaimHold } from './auto-funding.types.ts'

/**
 * What to claim of a sub-account. A top-up goes first: it may need the refund. Enough stays available throughout, but
 * for the few seconds between the two transactions that a sub-account with something free takes. Providers rest on a
 * balance that they looked at minutes ago and look again before they refuse; what they charge meanwhile is paid from
 * the refund that is about to be cancelled. So a live one is claimed from, too.
 */
export function withClaim(input: PlanInput, standing: Standing, decision: Decision): Decision {
  const claim = standing.autoClaim ? claimOf(input, standing, decision) : null
  return claim ? { ...decision, claim } : decision
}

function claimOf(input: PlanInput, standing: Standing, decided: Decision): ClaimDecision | null {
  const { position, gasPrice } = input
  const { available, action } = decided
  const amount = subAccountIn(position, decided)?.claimable ?? 0n
  if (amount === 0n) return null
  const cost = (gasPrice ?? 0n) * (available > 0n ? CLAIM_AND_PUT_BACK_GAS : CLAIM_GAS)
  return { amount, cost, wait: action === 'hold' ? reasonToWait(input, standing, amount <= cost) : 'topping-up' }
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
  if (claimFailure && block.timestamp < retryAt(claimFailure)) return 'backing-off'
  return null
}
