import { OPENING_GAS, TOP_UP_GAS } from '../gas-costs.ts'
import { compare, max, min } from '../wei.ts'
import type { HoldReason } from './auto-funding.types.ts'
import { firstDayLeft } from './first-day.policy.ts'
import { reasonToHold } from './hold.policy.ts'
import type { Decision, DecisionRow, Limits, PlanInput, Standing } from './plan.types.ts'
import { reserveOf, topUpSize, type TopUpSize } from './top-up-size.policy.ts'

/** How long a deposit may take until a reading shows it, in seconds. */
const DEPOSIT_SECONDS = 300

/** A standing, its index, and its row of the plan. */
export type Graded = { at: number; standing: Standing; row: DecisionRow }

/**
 * Gives out the ledger, the common budget and the wallet's gas, the most urgent first.
 *
 * @param ledger what there is to give out of it, in wei
 * @returns the decision about each in order, and the least that the ledger must have for them with all reserves
 */
export function giveOut(
  input: PlanInput,
  graded: readonly Graded[],
  ledger: bigint,
): { decided: (Decision | null)[]; needed: bigint } {
  const { position, minTransfer, gasReserve } = input
  const gasPrice = input.gasPrice ?? 0n
  const { budgetLeft: budget, awaitsDeposit = false } = input
  const pot: Pot = { ledger, budget, gas: position.wallet.balance - gasReserve, dry: null, awaitsDeposit }
  const decided = graded.map(({ standing, row }): Decision | null => {
    const reason = reasonToHold(input, standing, row)
    return reason && holdOf(row, reason)
  })
  let needed = 0n
  // Most of the time no sub-account is due anything.
  if (!decided.includes(null)) return { decided, needed }
  const due = graded.flatMap(({ at, standing, row }) => {
    if (decided[at] !== null) return []
    const gas = gasPrice * (row.state === 'none' ? OPENING_GAS : TOP_UP_GAS)
    const opening = row.state === 'none' ? (minTransfer ?? 1n) : 1n
    const { sizing } = standing
    const size = topUpSize({ ...(sizing && { sizing }), limits: ownLimits(standing) }, row, { opening, gas })
    return { at, standing, row, gas, size }
  })
  const rest: Rest = {
    ledger: due.reduce((sum, { standing, row, size }) => sum + dueFromLedger(standing, row, size), 0n),
    budget: due.reduce((sum, { size }) => sum + size.due, 0n),
  }
  for (const { at, standing, row, gas, size } of due.toSorted(byUrgency)) {
    rest.budget -= size.due
    rest.ledger -= dueFromLedger(standing, row, size)
    const decision: Decision = pot.gas < gas ? holdOf(row, 'gas-short') : give(pot, standing, row, size, rest)
    decided[at] = decision
    if (decision.action === 'hold') continue
    pot.gas -= gas
    if (decision.amount > decision.fromRefund) needed = max(needed, ledger - pot.ledger + reserveOf(standing, row))
  }
  return { decided, needed }
}

/** Field by field, since most sub-accounts are held at each reading. */
function holdOf(row: DecisionRow, reason: HoldReason): Decision {
  const decision: Decision = {
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
  if (row.anomaly) decision.anomaly = row.anomaly
  return decision
}

/** What is left to give out, and the reason once the ledger or the budget could not serve a sub-account. */
type Pot = { ledger: bigint; budget: bigint | null; gas: bigint; dry: HoldReason | null; awaitsDeposit: boolean }

/** What less urgent sub-accounts lack to their triggers, in wei. */
type Rest = { ledger: bigint; budget: bigint }

function give(pot: Pot, standing: Standing, row: DecisionRow, size: TopUpSize, rest: Rest): Decision {
  const { wanted, due, least, cut } = size
  const { needsApproval } = standing
  const limits = ownLimits(standing)
  const hold = (reason: HoldReason, missing?: bigint): Decision => ({
    ...row,
    action: 'hold',
    reason,
    ...(missing !== undefined && { missing }),
  })
  if (limits.maxTopUp !== null && limits.maxTopUp < least) return hold('over-max')
  if (limits.budgetLeft !== null && limits.budgetLeft < least) {
    const reason = spentOf(standing, least)
    return { ...hold(reason, wanted - limits.budgetLeft), ...(reason === 'first-day' && boundBy(standing, wanted)) }
  }
  const allowed = cut(min(wanted, limits.maxTopUp, limits.budgetLeft))
  const fromRefund = refundFor(standing, row, allowed)
  // Once the ledger could not serve an earlier sub-account, only this one's own refund pays for its top-up.
  const above = pot.dry === null ? max(pot.ledger - reserveOf(standing, row), 0n) : 0n
  const affordable = above + fromRefund
  // Beyond its trigger it gets what the triggers of the less urgent leave.
  const spareBudget = pot.budget === null ? null : max(due, pot.budget - rest.budget)
  const spare = fromRefund + max(dueFromLedger(standing, row, size), pot.ledger - rest.ledger)
  const inBudget = min(allowed, pot.budget, spareBudget)
  const amount = cut(min(inBudget, affordable, spare))
  const isShort = pot.dry === null && inBudget >= least && amount < cut(inBudget)
  if (pot.awaitsDeposit && isShort && (amount < least || !isRunningDry(standing, row)))
    return hold('deposit-pending', allowed - amount)
  if (pot.dry === 'budget-exhausted' || (pot.dry !== null && amount < least)) return hold(pot.dry, allowed)
  if (amount < least) {
    const short = pot.budget !== null && pot.budget < least ? 'budget-exhausted' : shortOf(pot, above, least)
    pot.dry ??= short === 'reserve' ? null : short
    return hold(short, allowed - amount)
  }
  // What a step leaves over does not go to the less urgent either.
  if (amount < due) {
    if (inBudget < due && amount === cut(inBudget)) pot.dry ??= 'budget-exhausted'
    else if (!pot.awaitsDeposit && amount < min(inBudget, affordable)) pot.dry ??= 'ledger-short'
  }
  pot.ledger -= amount - min(amount, fromRefund)
  if (pot.budget !== null) pot.budget -= amount
  const action = needsApproval ? 'propose' : 'top-up'
  return { ...row, action, amount, fromRefund: min(amount, fromRefund), ...boundBy(standing, wanted) }
}

/** The limits of one sub-account, with what a new provider may still get. A person who approves each top-up sees that alone. */
function ownLimits({ limits, firstDay, needsApproval }: Standing): Limits {
  if (!firstDay || needsApproval) return limits
  return { ...limits, budgetLeft: min(firstDayLeft(firstDay), limits.budgetLeft) }
}

/** The limit of a new provider, where it leaves less than is wanted. */
function boundBy({ firstDay, needsApproval }: Standing, wanted: bigint): Pick<DecisionRow, 'firstDay'> {
  return firstDay && !needsApproval && firstDayLeft(firstDay) < wanted ? { firstDay } : {}
}

function spentOf({ limits: { budgetLeft } }: Standing, least: bigint): HoldReason {
  return budgetLeft !== null && budgetLeft < least ? 'budget-exhausted' : 'first-day'
}

/** What of an amount comes out of the pending refund of the sub-account itself. */
function refundFor({ onPendingRefund }: Standing, { pendingRefund }: DecisionRow, amount: bigint): bigint {
  return onPendingRefund === 'reuse' ? min(amount, pendingRefund) : 0n
}

function dueFromLedger(standing: Standing, row: DecisionRow, { due }: TopUpSize): bigint {
  return due - refundFor(standing, row, due)
}

function shortOf({ ledger }: Pot, above: bigint, least: bigint): HoldReason {
  if (ledger >= least && above < least) return 'reserve'
  return ledger > 0n && least > 1n ? 'too-small' : 'ledger-short'
}

/** Whether the provider would refuse requests before a deposit is mined and read. */
function isRunningDry({ demand }: Standing, { available, runway }: DecisionRow): boolean {
  return available <= demand.minLockedBalance + demand.unsettledFee || (runway !== null && runway <= DEPOSIT_SECONDS)
}

function byUrgency({ standing: a, row: rowA }: Graded, { standing: b, row: rowB }: Graded): number {
  return (
    b.priority - a.priority ||
    (rowA.runway ?? Infinity) - (rowB.runway ?? Infinity) ||
    compare(rowA.available * rowB.required, rowB.available * rowA.required)
  )
}
