import { max, min, sum } from '../wei.ts'
import { isBackingOff } from '../auto-funding/auto-funding.retry.ts'
import type { HoldReason } from '../auto-funding/auto-funding.types.ts'
import type { Decision } from '../auto-funding/plan.types.ts'
import { DEPOSIT_GAS, OPENING_GAS, TOP_UP_GAS } from '../gas-costs.ts'
import type { DepositDecision, DepositInput, DepositLevels, DepositRow, Payer } from './auto-deposit.types.ts'

const HOUR = 3_600n
/** A part of what is missing is deposited only where it is worth this many times its gas. */
const WORTH = 100n
/** For the gas of later top-ups a hundredth of what they can send stays in the wallet, and the gas of ten of them at least. */
const TOP_UP_SHARE = 100n
const TOP_UPS_KEPT = 10n

/**
 * What to deposit into the ledger, and why nothing. Pure: the same input gives the same decision.
 *
 * @example
 * const decision = depositOn(depositInput)
 * show(decision.action)
 */
export function depositOn(input: DepositInput): DepositDecision {
  const row = rowOf(input)
  const reason = reasonToHold(input, row)
  return reason === null ? give(input, row) : { ...row, action: 'hold', reason }
}

/** Whether a deposit is on its way to the ledger, or is being sent by this plan, without a person's word in between. */
export function isArriving(decision: DepositDecision): boolean {
  return (
    decision.action === 'deposit' ||
    (decision.action === 'hold' && (decision.reason === 'in-flight' || decision.reason === 'settling'))
  )
}

function rowOf({ position, standing, plan, inFlightFromLedger, arriving }: DepositInput): DepositRow {
  const { decisions, shortfall } = plan
  const available = position.ledger?.available ?? 0n
  const left = available - inFlightFromLedger
  const due = shortfall > 0n ? left + shortfall : sum(decisions.map(takenBy))
  const spare = left + arriving - due
  const rates = decisions.flatMap(({ burnRate }) => burnRate ?? [])
  const burnRate = rates.length === 0 ? null : sum(rates)
  const { trigger, target } = levelsAt(standing.levels, burnRate)
  return {
    available,
    due,
    arriving,
    spare,
    trigger,
    target,
    deficit: spare < trigger ? target - spare : 0n,
    burnRate,
    runway: burnRate === null || burnRate === 0n ? null : spare <= 0n ? 0 : Number((spare * HOUR) / burnRate),
    limits: standing.limits,
  }
}

/** While no burn is known, a runway asks for nothing beyond what sub-accounts need now. */
function levelsAt(levels: DepositLevels, burnRate: bigint | null): { trigger: bigint; target: bigint } {
  if (!('runway' in levels)) return levels
  const lasting = (seconds: number): bigint => ((burnRate ?? 0n) * BigInt(Math.round(seconds))) / HOUR
  return { trigger: lasting(levels.runway.trigger), target: lasting(levels.runway.target) }
}

function takenBy(decision: Decision): bigint {
  return decision.action === 'hold' ? 0n : decision.amount - decision.fromRefund
}

/** The first reason that applies, those about the ledger before those about the money. */
function reasonToHold(input: DepositInput, { deficit }: DepositRow): HoldReason | null {
  const { position, standing, gasPrice } = input
  const { block } = position
  const { inFlight, unresolved, nonceSpent, settledFrom, failure, limits, isClosing, withdrawnUntil, payer } = standing
  if (inFlight && unresolved) return 'unresolved-intent'
  if (inFlight) return nonceSpent === true ? 'nonce-spent' : 'in-flight'
  if (settledFrom !== null && block.number < settledFrom) return 'settling'
  if (isClosing) return 'ledger-closing'
  if (input.isStale) return 'stale-reading'
  if (deficit === 0n) return 'sufficient'
  if (block.timestamp < withdrawnUntil) return 'withdrawal'
  if (input.cannotRecord) return 'journal-unavailable'
  if (input.hasUnknownPending) return 'unknown-pending'
  if (input.holdsForForeign) return 'foreign-transaction'
  if (isBackingOff(failure, block.timestamp)) return 'backing-off'
  if (block.timestamp < limits.coolingUntil) return 'cooling-down'
  if (payer === null) return 'payer-unread'
  if (gasPrice === null) return 'gas-unread'
  if (input.feesAreHigh) return 'fees-high'
  return null
}

/** As much of what is missing as every limit allows. */
function give(input: DepositInput, row: DepositRow): DepositDecision {
  const { position, minLedger } = input
  const opening = position.ledger || !minLedger ? 1n : minLedger
  const wanted = max(row.deficit, opening)
  const { amount, because } = allowanceOf(input, row, wanted)
  const worthwhile = (input.gasPrice ?? 0n) * DEPOSIT_GAS * WORTH
  const least = because === null ? opening : max(worthwhile, opening)
  if (because !== null && amount < least)
    return { ...row, action: 'hold', reason: because, missing: wanted - max(amount, 0n) }
  return { ...row, action: input.standing.needsApproval ? 'propose' : 'deposit', amount }
}

/** The least of what is wanted and what each limit allows, and the limit that it is. */
function allowanceOf({ standing, plan, gasPrice }: DepositInput, row: DepositRow, wanted: bigint) {
  const { maxDeposit, maxLedger, budgetLeft } = row.limits
  const caps: readonly (readonly [HoldReason, bigint | null])[] = [
    ['over-max', maxDeposit],
    ['budget-exhausted', budgetLeft],
    // A top-up that would make room may still fail.
    ['ledger-full', maxLedger === null ? null : maxLedger - row.available - row.arriving],
    [
      'wallet-short',
      standing.payer && spendable(standing.payer, row, { decisions: plan.decisions, gasPrice: gasPrice ?? 0n }),
    ],
  ]
  let amount = wanted
  let because: HoldReason | null = null
  for (const [reason, cap] of caps) if (cap !== null && cap < amount) [amount, because] = [cap, reason]
  return { amount, because }
}

/**
 * What a wallet can deposit and still pay for gas: of this deposit, of the top-ups that are due, and of those that the ledger
 * then has money for. Money in the ledger is stuck there while the wallet has no gas.
 */
function spendable(
  { balance, reserve, paysTopUps }: Payer,
  { spare }: DepositRow,
  { decisions, gasPrice }: { decisions: readonly Decision[]; gasPrice: bigint },
): bigint {
  const all = balance - reserve - gasPrice * DEPOSIT_GAS
  if (!paysTopUps) return all
  const left = all - gasPrice * sum(decisions.map(gasOf))
  // What is due now goes out with this plan: `spare` is without it, and negative where the ledger cannot pay it.
  const byShare = (left * TOP_UP_SHARE - spare) / (TOP_UP_SHARE + 1n)
  const byCount = left - gasPrice * TOP_UP_GAS * TOP_UPS_KEPT
  return min(byShare, byCount)
}

/** Also of a top-up that waits for this deposit. */
function gasOf(decision: Decision): bigint {
  const { deficit, state } = decision
  if (deficit === 0n || (decision.action === 'hold' && decision.reason === 'off')) return 0n
  return state === 'none' ? OPENING_GAS : TOP_UP_GAS
}
