import type { DepositDecision } from '../ledger/auto-deposit.types.ts'
import type { Position } from '../position.types.ts'
import type { Decision } from './plan.types.ts'

/** A plan, and what moves in it while its position stays the same. */
export type QuietFacts = {
  position: Position
  decisions: readonly Decision[]
  deposit?: DepositDecision
  /** Whether the levels of a sub-account follow its burn: they may rise without a charge, once slower hours leave the window. */
  followsBurn: (decision: Decision) => boolean
}

/** Figures of burn, runway and budgets move with time: they are at most this old, in seconds. */
export const LONGEST_QUIET = 300

/**
 * The block time from which the plan of an unchanged position may decide something else; null where it may at each reading.
 * Until then only figures move: burn, runway, and what budgets leave.
 *
 * Only a position that wants nothing is quiet. What is held depends on more than the position: gas, providers, back-offs,
 * approvals and other transactions, so it is planned at each reading.
 */
export function quietUntil({ position, decisions, deposit, followsBurn }: QuietFacts): number | null {
  if (deposit && !(isContent(deposit) && deposit.burnRate === null)) return null
  if (decisions.some((one) => isRestless(one, followsBurn))) return null
  const times = decisions.map(nextChangeOf)
  const matures = [...position.subAccounts, ...(position.elsewhere ?? [])]
    .flatMap(({ refunds }) => refunds)
    .filter(({ claimable }) => !claimable)
    .map(({ unlocksAt }) => unlocksAt)
  return [...times, ...matures].reduce<number | null>(
    (least, at) => (least === null || at === null ? null : Math.min(least, at)),
    position.block.timestamp + LONGEST_QUIET,
  )
}

function isRestless(decision: Decision, followsBurn: QuietFacts['followsBurn']): boolean {
  if (!isContent(decision) || decision.claim !== undefined || decision.anomaly !== undefined) return true
  return decision.reason === 'sufficient' && decision.burnRate !== null && followsBurn(decision)
}

function isContent(decision: Decision | DepositDecision): decision is Extract<Decision, { action: 'hold' }> {
  return decision.action === 'hold' && ['sufficient', 'off', 'paused'].includes(decision.reason)
}

/** Idle money is asked back from the time on at which its sub-account counts as idle. */
function nextChangeOf({ reclaim }: Decision): number | null {
  if (!reclaim) return Infinity
  return reclaim.wait === 'in-use' ? reclaim.idleFrom : null
}
