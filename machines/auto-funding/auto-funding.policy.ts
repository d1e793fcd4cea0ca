import type { Position, ServiceType, SubAccountPosition } from '../position.types.ts'
import type { AutoFundingEvent, Failure, HoldReason } from './auto-funding.types.ts'

/** No sub-account is kept below this, in wei: the least that the first providers asked for. */
export const REQUIRED_FLOOR = 500n

const FIRST_DELAY = 15
const LONGEST_DELAY = 3_600

/** What is wanted for one sub-account, and what is going on with it. Amounts in wei. */
export type Standing = {
  provider: string
  serviceType: ServiceType
  /** Auto-funding is on for it. */
  on: boolean
  /** What must be available. */
  required: bigint
  /** Whom to fund first when the ledger runs short: higher first. */
  priority: number
  /** A transaction that moves money to it is on its way. */
  inFlight: boolean
  /** Whether that transaction was ever sent, only the chain or a person can tell. */
  unresolved: boolean
  /** Block of its last top-up: readings before it say nothing. */
  settledFrom: number | null
  failure: Failure | null
}

export type PlanInput = {
  position: Position
  standings: readonly Standing[]
  /** What transactions on their way may still take out of the ledger. */
  inFlightFromLedger: bigint
  /** The least that opens a sub-account; null where the contract knows no minimum. */
  minTransfer: bigint | null
}

export type DecisionRow = {
  provider: string
  serviceType: ServiceType
  exists: boolean
  available: bigint
  pendingRefund: bigint
  required: bigint
  /** `required - available`, never negative. */
  deficit: bigint
}

export type Decision = DecisionRow &
  ({ action: 'top-up'; amount: bigint } | { action: 'hold'; reason: HoldReason; missing?: bigint })

/**
 * What to do about each sub-account, and why not. Pure: the same position and standings give the same decisions.
 * Decisions come in the order of the standings; the ledger is given out by priority, then by need.
 */
export function plan({ position, standings, inFlightFromLedger, minTransfer }: PlanInput): Decision[] {
  let left = (position.ledger?.available ?? 0n) - inFlightFromLedger
  const decided = new Map<Standing, Decision>()
  for (const standing of byUrgency(position, standings)) {
    const row = rowOf(position, standing)
    const reason = reasonToHold(position, standing, row)
    const amount = row.exists ? row.deficit : atLeast(row.deficit, minTransfer ?? 0n)
    if (reason) decided.set(standing, { ...row, action: 'hold', reason })
    else if (amount > left)
      decided.set(standing, { ...row, action: 'hold', reason: 'ledger-short', missing: amount - left })
    else {
      left -= amount
      decided.set(standing, { ...row, action: 'top-up', amount })
    }
  }
  return standings.flatMap((standing) => decided.get(standing) ?? [])
}

/**
 * `unsettledFee + bufferMultiplier × minLockedBalance`, never under 500 wei (reference rules of 0G Compute). Computed
 * in decimal, so that a multiplier of 1.1 means 1.1; rounded up to a whole wei.
 */
export function requiredBalance({
  unsettledFee,
  bufferMultiplier,
  minLockedBalance,
}: {
  unsettledFee: bigint
  bufferMultiplier: number
  minLockedBalance: bigint
}): bigint {
  const [whole = '0', fraction = ''] = decimal(bufferMultiplier).split('.')
  const scale = 10n ** BigInt(fraction.length)
  const buffer = (BigInt(whole + fraction) * minLockedBalance + scale - 1n) / scale
  return atLeast(unsettledFee + buffer, REQUIRED_FLOOR)
}

/** The events that tell a chart of its decision. */
export function autoFundingEvents(
  position: Position,
  settledFrom: number | null,
  decision: Decision,
): AutoFundingEvent[] {
  const caughtUp: AutoFundingEvent[] =
    settledFrom !== null && position.block.number >= settledFrom ? [{ type: 'reading.caughtUp' }] : []
  if (decision.action === 'top-up')
    return [...caughtUp, { type: 'plan.topUp', amount: `${decision.amount}`, at: position.block.timestamp }]
  if (decision.reason === 'sufficient') return [...caughtUp, { type: 'plan.sufficient' }]
  return [...caughtUp, { type: 'plan.hold', reason: decision.reason }]
}

/** Block time from which a failed top-up is tried again: 15 s after the first failure, doubling up to an hour. */
export function retryAt({ count, at }: Failure): number {
  return at + Math.min(FIRST_DELAY * 2 ** (count - 1), LONGEST_DELAY)
}

function reasonToHold({ block, ledger, wallet }: Position, standing: Standing, row: DecisionRow): HoldReason | null {
  const { on, inFlight, unresolved, settledFrom, failure } = standing
  if (inFlight) return unresolved ? 'unresolved-intent' : 'in-flight'
  if (settledFrom !== null && block.number < settledFrom) return 'settling'
  if (!on) return 'off'
  if (row.deficit === 0n && row.exists) return 'sufficient'
  if (row.pendingRefund > 0n) return 'refund-pending'
  if (!ledger) return 'ledger-missing'
  if (failure && block.timestamp < retryAt(failure)) return 'backing-off'
  if (wallet.balance === 0n) return 'gas-short'
  return null
}

function rowOf({ subAccounts }: Position, { provider, serviceType, required }: Standing): DecisionRow {
  const found = subAccounts.find((one) => one.provider === provider && one.serviceType === serviceType)
  const available = found?.available ?? 0n
  return {
    provider,
    serviceType,
    exists: found !== undefined,
    available,
    pendingRefund: found?.pendingRefund ?? 0n,
    required,
    deficit: required > available ? required - available : 0n,
  }
}

/** Highest priority first, then who has the smaller part of what is required. */
function byUrgency({ subAccounts }: Position, standings: readonly Standing[]): Standing[] {
  const available = ({ provider, serviceType }: Standing): bigint =>
    subAccounts.find((one: SubAccountPosition) => one.provider === provider && one.serviceType === serviceType)
      ?.available ?? 0n
  return standings.toSorted(
    (a, b) => b.priority - a.priority || compare(available(a) * b.required, available(b) * a.required),
  )
}

/** A number as people write it: without an exponent. */
function decimal(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(18) : text
}

const atLeast = (value: bigint, least: bigint): bigint => (value < least ? least : value)
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
