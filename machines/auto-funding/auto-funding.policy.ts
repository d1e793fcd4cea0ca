import type { Position, ServiceType } from '../position.types.ts'
import type { Demand } from './auto-funding.levels.ts'
import { retryAt } from './auto-funding.retry.ts'
import { rowOf } from './auto-funding.row.ts'
import { withClaim, type ClaimDecision } from './auto-claim.policy.ts'
import type { Failure, HoldReason } from './auto-funding.types.ts'

/** Measured on the contracts, at most: a transfer to a sub-account that exists, and one that opens it. */
const TOP_UP_GAS = 110_000n
const OPENING_GAS = 470_000n

/** The most that may be sent, whatever is missing. Amounts in wei, times in seconds; null is no limit. */
export type Limits = {
  maxTopUp: bigint | null
  /** What this provider may still get in its rolling window; what is on its way is taken off. */
  budgetLeft: bigint | null
  /** Block time before which nothing more is sent to it. */
  coolingUntil: number
  /** What must stay in the ledger when this sub-account is topped up. */
  ledgerReserve: bigint
}

/** What is wanted for one sub-account, and what is going on with it. Amounts in wei. */
export type Standing = {
  provider: string
  serviceType: ServiceType
  mode: 'on' | 'off' | 'paused'
  /** Below this a top-up is due. */
  required: bigint
  /** And it fills up to this. */
  target: bigint
  demand: Demand
  /** Whom to fund first when the ledger runs short: higher first. */
  priority: number
  limits: Limits
  onPendingRefund: 'hold' | 'reuse'
  /** Nothing is sent before somebody approves. */
  needsApproval: boolean
  /** Its provider offers a service; null while that could not be read, and then nothing is sent. */
  registered: boolean | null
  /** Burn or unsettled fee jumped. */
  anomaly: boolean
  /** A transaction that moves money to it is on its way. */
  inFlight: boolean
  /** Whether that transaction was ever sent, only the chain or a person can tell. */
  unresolved: boolean
  /** Block of its last top-up: readings before it say nothing. */
  settledFrom: number | null
  failure: Failure | null
  /** Refunds whose lock is over are claimed by themselves. */
  autoClaim?: boolean
  /** What became of the last attempt to, where it failed. */
  claimFailure?: Failure | null
}

export type PlanInput = {
  position: Position
  standings: readonly Standing[]
  /** What transactions on their way may still take out of the ledger. */
  inFlightFromLedger: bigint
  /** The least that opens a sub-account; null where the contract knows no minimum. */
  minTransfer: bigint | null
  /** What all providers together may still get in the rolling window; null is no limit. */
  budgetLeft: bigint | null
  /** What the wallet must keep to pay the gas of a full exit. */
  gasReserve: bigint
  /** The chain could not be read of late. */
  isStale: boolean
  /** What a unit of gas costs, in wei; left out, gas is not reckoned with. Null while it is unknown, and then nothing is sent. */
  gasPrice?: bigint | null
}

/** One sub-account in the plan. Amounts in wei, burn rate in wei per hour, runway in seconds. */
export type DecisionRow = {
  provider: string
  serviceType: ServiceType
  /** Where the lifecycle stands; `none` for one that does not exist (any more). */
  state: 'none' | 'created' | 'funded' | 'low' | 'refunding'
  available: bigint
  pendingRefund: bigint
  required: bigint
  target: bigint
  /** What is missing to the target once `available` is below `required`; 0 before. */
  deficit: bigint
  burnRate: bigint | null
  runway: number | null
  limits: Limits
  /** What is to be claimed by itself, beside all this; left out where nothing is, or that is off. */
  claim?: ClaimDecision
}

/** `top-up` sends `amount`, of which `fromRefund` comes out of a pending refund and costs the ledger nothing. */
export type Decision = DecisionRow &
  (
    | { action: 'top-up'; amount: bigint; fromRefund: bigint }
    | { action: 'propose'; amount: bigint; fromRefund: bigint }
    | { action: 'hold'; reason: HoldReason; /** What would be needed to do it. */ missing?: bigint }
  )

/**
 * What to do about each sub-account, and why not. Pure: the same input gives the same decisions, in the order of the
 * standings. The ledger and the common budget are given out by priority, then by shortest runway, then by who has the
 * smaller part of what is required; once they cannot serve one, nobody after it is served from what little is left.
 */
export function plan(input: PlanInput): Decision[] {
  return decisionsOn(input, gradedIn(input))
}

/**
 * What must come into the ledger so that nothing is held for want of money in it, in wei; whatever else limits a top-up
 * does so here, too.
 */
export function shortfallOf(input: PlanInput): bigint {
  return shortfallOn(input, gradedIn(input))
}

/** Both at once. */
export function planWithShortfall(input: PlanInput): { decisions: Decision[]; shortfall: bigint } {
  const graded = gradedIn(input)
  return { decisions: decisionsOn(input, graded), shortfall: shortfallOn(input, graded) }
}

/** A standing, its place among them, and what the position shows of it. */
type Graded = { at: number; standing: Standing; row: DecisionRow }

function gradedIn({ position, standings }: PlanInput): Graded[] {
  return standings.map((standing, at) => ({ at, standing, row: rowOf(position, standing) }))
}

function decisionsOn(input: PlanInput, graded: readonly Graded[]): Decision[] {
  const { decided } = giveOut(input, graded, leftIn(input))
  return graded.flatMap(({ at, standing }) => {
    const decision = decided[at]
    return decision ? withClaim(input, standing, decision) : []
  })
}

function shortfallOn(input: PlanInput, graded: readonly Graded[]): bigint {
  // Most of the time nobody needs anything.
  if (graded.every(({ row }) => isSupplied(row))) return 0n
  const { position } = input
  const open = position.ledger ? input : { ...input, position: { ...position, ledger: NO_MONEY } }
  const { needed } = giveOut(open, graded, UNLIMITED)
  return needed === 0n ? 0n : max(needed - leftIn(input), 0n)
}

const isSupplied = ({ deficit }: DecisionRow): boolean => deficit === 0n

const NO_MONEY = { available: 0n, total: 0n, locked: 0n, additionalInfo: '' }
const UNLIMITED = 2n ** 256n

/** What of the ledger nothing on its way will take. */
function leftIn({ position, inFlightFromLedger }: PlanInput): bigint {
  return (position.ledger?.available ?? 0n) - inFlightFromLedger
}

/** @returns what is decided about each, in their order, and the least that the ledger must have for that with all reserves */
function giveOut(input: PlanInput, graded: readonly Graded[], ledger: bigint) {
  const { position, minTransfer, gasReserve } = input
  const gasPrice = input.gasPrice ?? 0n
  const pot: Pot = { ledger, budget: input.budgetLeft, gas: position.wallet.balance - gasReserve, dry: null }
  const decided = graded.map(({ standing, row }): Decision | null => {
    const reason = reasonToHold(input, standing, row)
    return reason && held(row, reason)
  })
  let needed = 0n
  for (const { at, standing, row } of graded.filter(({ at }) => decided[at] === null).toSorted(byUrgency)) {
    const least = row.state === 'none' ? (minTransfer ?? 1n) : 1n
    const gas = gasPrice * (row.state === 'none' ? OPENING_GAS : TOP_UP_GAS)
    const decision: Decision = pot.gas < gas ? held(row, 'gas-short') : give(pot, standing, row, least)
    decided[at] = decision
    if (decision.action === 'hold') continue
    pot.gas -= gas
    if (decision.amount > decision.fromRefund) needed = max(needed, ledger - pot.ledger + standing.limits.ledgerReserve)
  }
  return { decided, needed }
}

/** Field by field: most rows are held, at each reading. */
function held(row: DecisionRow, reason: HoldReason): Decision {
  return {
    provider: row.provider,
    serviceType: row.serviceType,
    state: row.state,
    available: row.available,
    pendingRefund: row.pendingRefund,
    required: row.required,
    target: row.target,
    deficit: row.deficit,
    burnRate: row.burnRate,
    runway: row.runway,
    limits: row.limits,
    action: 'hold',
    reason,
  }
}

/** What is left to give out, and why it ran dry. */
type Pot = { ledger: bigint; budget: bigint | null; gas: bigint; dry: HoldReason | null }

function give(
  pot: Pot,
  { limits, needsApproval, onPendingRefund }: Standing,
  row: DecisionRow,
  least: bigint,
): Decision {
  const hold = (reason: HoldReason, missing?: bigint): Decision => ({
    ...row,
    action: 'hold',
    reason,
    ...(missing !== undefined && { missing }),
  })
  const wanted = max(row.deficit, least)
  if (limits.maxTopUp !== null && limits.maxTopUp < least) return hold('over-max')
  if (limits.budgetLeft !== null && limits.budgetLeft < least)
    return hold('budget-exhausted', wanted - limits.budgetLeft)
  const allowed = min(wanted, limits.maxTopUp, limits.budgetLeft)
  const fromRefund = onPendingRefund === 'reuse' ? min(allowed, row.pendingRefund) : 0n
  // Once the ledger could not serve one before it, what comes out of its own refund is still free.
  const above = pot.dry === null ? max(pot.ledger - limits.ledgerReserve, 0n) : 0n
  const amount = min(allowed, above + fromRefund, pot.budget)
  if (pot.dry === 'budget-exhausted' || (pot.dry !== null && amount < least)) return hold(pot.dry, allowed)
  if (amount < least) {
    const short = pot.budget !== null && pot.budget < least ? 'budget-exhausted' : shortOf(pot, above, least)
    pot.dry ??= short === 'reserve' ? null : short
    return hold(short, allowed - amount)
  }
  pot.ledger -= amount - min(amount, fromRefund)
  if (pot.budget !== null) pot.budget -= amount
  return { ...row, action: needsApproval ? 'propose' : 'top-up', amount, fromRefund: min(amount, fromRefund) }
}

function shortOf({ ledger }: Pot, above: bigint, least: bigint): HoldReason {
  if (ledger >= least && above < least) return 'reserve'
  return ledger > 0n && least > 1n ? 'too-small' : 'ledger-short'
}

function reasonToHold(
  { position: { block, ledger, wallet }, gasReserve, gasPrice, isStale }: PlanInput,
  standing: Standing,
  row: DecisionRow,
): HoldReason | null {
  const { mode, inFlight, unresolved, settledFrom, failure, limits } = standing
  if (inFlight) return unresolved ? 'unresolved-intent' : 'in-flight'
  if (settledFrom !== null && block.number < settledFrom) return 'settling'
  if (mode !== 'on') return mode
  if (isStale) return 'stale-reading'
  if (isSupplied(row)) return 'sufficient'
  if (row.pendingRefund > 0n && standing.onPendingRefund === 'hold') return 'refund-pending'
  if (standing.registered === false) return 'provider-unregistered'
  if (standing.registered === null) return 'provider-unread'
  if (standing.anomaly) return 'anomaly'
  if (!ledger) return 'ledger-missing'
  if (failure && block.timestamp < retryAt(failure)) return 'backing-off'
  if (block.timestamp < limits.coolingUntil) return 'cooling-down'
  if (gasPrice === null) return 'gas-unread'
  if (wallet.balance <= gasReserve) return 'gas-short'
  return null
}

function byUrgency({ standing: a, row: rowA }: Graded, { standing: b, row: rowB }: Graded): number {
  return (
    b.priority - a.priority ||
    (rowA.runway ?? Infinity) - (rowB.runway ?? Infinity) ||
    compare(rowA.available * rowB.required, rowB.available * rowA.required)
  )
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const min = (first: bigint, ...rest: (bigint | null)[]): bigint =>
  rest.reduce<bigint>((least, one) => (one !== null && one < least ? one : least), first)
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
