import { CLAIM_AND_PUT_BACK_GAS, CLAIM_GAS, REQUEST_GAS_EACH, RETRIEVE_GAS, TOP_UP_GAS } from '../gas-costs.ts'
import { subAccountIn } from '../sub-account/sub-account.facts.ts'
import { idleFrom, isIdle, isResting } from './idle.policy.ts'
import { isBackingOff } from './auto-funding.retry.ts'
import type { Decision, PlanInput, Standing } from './plan.types.ts'
import type { ReclaimDecision, ReclaimHold, ReclaimStanding } from './reclaim.types.ts'

/**
 * Adds to each decision what is to be asked back from an idle sub-account: from one at a time, the longest unused first.
 * A request takes all that is free, so what is kept is put back after it. While the ledger can pay what is due, or a
 * deposit or pending refunds will, only a rule that says `always` asks.
 *
 * @param shortfall what the ledger lacks for what is due, in wei; called only where a rule needs it
 */
export function withReclaims(input: PlanInput, decisions: Decision[], shortfall: () => bigint): Decision[] {
  const { standings } = input
  if (standings.every(({ reclaim }) => !reclaim)) return decisions
  const needed = input.awaitsDeposit === true ? 0n : shortfall() - onItsWay(input)
  const rows = standings.flatMap((standing, at) => {
    const decision = decisions[at]
    const { reclaim } = standing
    if (!reclaim || !decision || decision.state === 'none' || standing.mode === 'off') return []
    return [{ at, reclaim: decisionOn(input, { ...standing, reclaim }, decision, needed > 0n) }]
  })
  const [first] =
    input.isReclaiming === true ? [] : rows.filter(({ reclaim }) => reclaim.wait === null).toSorted(byIdleness)
  const all = new Map(rows.map(({ at, reclaim }) => [at, at === first?.at ? reclaim : queue(reclaim)]))
  return decisions.map((decision, at) => {
    const reclaim = all.get(at)
    return reclaim ? { ...decision, reclaim } : decision
  })
}

/** Pending refunds that are claimed without a call: the ledger gets them once their lock is over. */
function onItsWay({ position, standings }: PlanInput): bigint {
  return standings.reduce(
    (sum, one) => (one.autoClaim === true ? sum + (subAccountIn(position, one)?.pendingRefund ?? 0n) : sum),
    0n,
  )
}

type Ruled = Standing & { reclaim: ReclaimStanding }

function decisionOn(
  input: PlanInput,
  standing: Ruled,
  { available, pendingRefund }: Decision,
  isNeeded: boolean,
): ReclaimDecision {
  const { keep } = standing.reclaim
  const amount = available > keep ? available - keep : 0n
  const cost = (input.gasPrice ?? 0n) * gasOf(keep)
  const row = { amount, cost, idleFrom: idleFrom(standing.reclaim) }
  return { ...row, wait: reasonToWait(input, standing, { ...row, pendingRefund }, isNeeded) }
}

/** The request with what is put back after it, and the claim, which asks for what was put back once more. */
function gasOf(keep: bigint): bigint {
  const request = RETRIEVE_GAS + REQUEST_GAS_EACH
  return keep > 0n ? request + TOP_UP_GAS + CLAIM_AND_PUT_BACK_GAS : request + CLAIM_GAS
}

function reasonToWait(
  { position, gasPrice, gasReserve, isStale, cannotRecord, hasUnknownPending, holdsForForeign, feesAreHigh }: PlanInput,
  { demand, mode, inFlight, settledFrom, reclaim }: Ruled,
  { amount, cost, pendingRefund }: Pick<ReclaimDecision, 'amount' | 'cost'> & Pick<Decision, 'pendingRefund'>,
  isNeeded: boolean,
): ReclaimHold | null {
  const { block, wallet } = position
  const { use, after, when, failure } = reclaim
  if (inFlight || (settledFrom !== null && block.number < settledFrom)) return 'in-flight'
  if (mode === 'paused') return 'paused'
  if (isStale) return 'stale-reading'
  if (pendingRefund > 0n && isResting(reclaim, block.timestamp)) return 'reclaiming'
  if (!isIdle(reclaim, block.timestamp))
    return use.lastAt !== null && use.lastAt > block.timestamp - after ? 'in-use' : 'use-unknown'
  if (demand.unsettledFee > 0n) return 'fee-owed'
  if (amount === 0n) return 'nothing-free'
  if (when === 'needed' && !isNeeded) return 'not-needed'
  if (cannotRecord === true) return 'journal-unavailable'
  if (hasUnknownPending === true) return 'unknown-pending'
  if (holdsForForeign === true) return 'foreign-transaction'
  if (gasPrice === null) return 'gas-unread'
  if (amount <= cost) return 'dust'
  if (feesAreHigh === true) return 'fees-high'
  if (wallet.balance <= gasReserve) return 'gas-short'
  if (isBackingOff(failure, block.timestamp)) return 'backing-off'
  return null
}

type Row = { at: number; reclaim: ReclaimDecision }

/** The longest idle first, and of those the one with the most. */
function byIdleness({ reclaim: a }: Row, { reclaim: b }: Row): number {
  return (a.idleFrom ?? 0) - (b.idleFrom ?? 0) || (a.amount < b.amount ? 1 : a.amount > b.amount ? -1 : 0)
}

const queue = (reclaim: ReclaimDecision): ReclaimDecision =>
  reclaim.wait === null ? { ...reclaim, wait: 'queued' } : reclaim
