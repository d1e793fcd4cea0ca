import { max } from '../wei.ts'
import { giveOut, type Graded } from './allocation.policy.ts'
import { withClaim } from './auto-claim.policy.ts'
import { rowOf } from './auto-funding.row.ts'
import { isSupplied } from './hold.policy.ts'
import type { Decision, PlanInput } from './plan.types.ts'
import { withReclaims } from './reclaim.policy.ts'

const NO_MONEY = { available: 0n, total: 0n, locked: 0n, additionalInfo: '' }
const UNLIMITED = 2n ** 256n

/**
 * What to do about each sub-account, and why not. Pure: the same input gives the same decisions, in the order of the
 * standings. The ledger and the common budget are given out by priority, then by shortest runway, then by the smallest
 * part of the required balance that is available: first what each lacks to its trigger, then to its target. Once they cannot
 * serve one sub-account, none after it gets the rest.
 *
 * @example
 * for (const { provider, action } of plan(input)) show(provider, action)
 */
export function plan(input: PlanInput): Decision[] {
  const graded = gradedIn(input)
  return withReclaims(input, decisionsOn(input, graded), () => shortfallOn(input, graded))
}

/**
 * What must be deposited so that no sub-account is held for lack of money in the ledger, in wei. Every other limit of a
 * top-up holds here as well.
 *
 * @example
 * show(shortfallOf(input)) // 0n: the ledger has what is due
 */
export function shortfallOf(input: PlanInput): bigint {
  return shortfallOn(input, gradedIn(input))
}

/**
 * Decisions and shortfall, from the input graded once.
 *
 * @example
 * const { decisions, shortfall } = planWithShortfall(input)
 * show(decisions, shortfall)
 */
export function planWithShortfall(input: PlanInput): { decisions: Decision[]; shortfall: bigint } {
  const graded = gradedIn(input)
  const shortfall = shortfallOn(input, graded)
  return { decisions: withReclaims(input, decisionsOn(input, graded), () => shortfall), shortfall }
}

function gradedIn({ position, standings }: PlanInput): Graded[] {
  return standings.map((standing, at) => ({ at, standing, row: rowOf(position, standing) }))
}

function decisionsOn(input: PlanInput, graded: readonly Graded[]): Decision[] {
  const { decided } = giveOut(input, graded, leftIn(input))
  const decisions: Decision[] = []
  for (const { at, standing } of graded) {
    const decision = decided[at]
    if (decision) decisions.push(withClaim(input, standing, decision))
  }
  return decisions
}

function shortfallOn(input: PlanInput, graded: readonly Graded[]): bigint {
  // Most of the time no sub-account needs money.
  if (graded.every(({ row }) => isSupplied(row))) return 0n
  const { position } = input
  const open = position.ledger ? input : { ...input, position: { ...position, ledger: NO_MONEY } }
  const { needed } = giveOut(open, graded, UNLIMITED)
  return needed === 0n ? 0n : max(needed - leftIn(input), 0n)
}

/** What of the ledger no transaction in flight will take. */
function leftIn({ position, inFlightFromLedger }: PlanInput): bigint {
  return (position.ledger?.available ?? 0n) - inFlightFromLedger
}
