import { max, min } from '../wei.ts'
import { jumpOf, USUAL_JUMP, type Anomaly, type JumpRule } from './anomaly.policy.ts'
import type { Burn } from './auto-funding.burn.ts'

/** The least required balance, in wei: what the first providers demanded. */
export const REQUIRED_FLOOR = 500n

const HOUR = 3_600n

/** What a provider demands and charges. Amounts in wei. */
export type Demand = {
  /** The locked balance that the provider demands. */
  minLockedBalance: bigint
  /** What it has served and not settled yet. */
  unsettledFee: bigint
  /** Wei per hour; null while it is unknown. */
  burnRate: bigint | null
}

/** What a provider claims to be owed, and how it charged. Amounts in wei. */
export type Claim = {
  minLockedBalance: bigint
  unsettledFee: bigint
  /** Null for the default cap. */
  maxUnsettledFee: bigint | null
  /** The largest claim that its prices explain; 0 where they are unknown. */
  pricedFee?: bigint
  burn: Burn
  jump?: JumpRule
}

/** The levels that a policy sets. `target` is an amount in wei, or a multiple of the minimum; runway is in seconds. */
export type Levels = {
  bufferMultiplier: number
  target?: { amount: bigint } | { multiplier: number } | undefined
  runway?: { trigger: number; target: number } | undefined
}

/**
 * `unsettledFee + bufferMultiplier × minLockedBalance`, never under 500 wei (reference rules of 0G Compute). Computed
 * in decimal, so that a multiplier of 1.1 means 1.1; rounded up to a whole wei.
 *
 * @example
 * requiredBalance({ unsettledFee: 0n, minLockedBalance: 10n ** 18n, bufferMultiplier: 2 }) // 2 OG in wei
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
  return max(unsettledFee + times(minLockedBalance, bufferMultiplier), REQUIRED_FLOOR)
}

/**
 * Below `required` a top-up is due, and it fills up to `target`; without a target, up to the required balance. With a
 * runway each is the minimum, plus the unsettled fee, plus what the burn rate uses up in that time, but never less than
 * the required balance. While the burn rate is unknown, both are the required balance.
 *
 * @example
 * const { required, target } = levelsOf(demand, { bufferMultiplier: 2, target: { multiplier: 3 } })
 * show(required, target)
 */
export function levelsOf(demand: Demand, levels: Levels): { required: bigint; target: bigint } {
  const { minLockedBalance, unsettledFee, burnRate } = demand
  const { bufferMultiplier } = levels
  const base = requiredBalance({ unsettledFee, bufferMultiplier, minLockedBalance })
  if (levels.runway) {
    if (burnRate === null) return { required: base, target: base }
    const lasting = (seconds: number): bigint =>
      minLockedBalance + unsettledFee + (burnRate * BigInt(Math.round(seconds))) / HOUR
    const required = max(lasting(levels.runway.trigger), base)
    return { required, target: max(lasting(levels.runway.target), required) }
  }
  if (!levels.target) return { required: base, target: base }
  const wanted =
    'amount' in levels.target ? levels.target.amount : unsettledFee + times(minLockedBalance, levels.target.multiplier)
  return { required: base, target: max(wanted, base) }
}

/**
 * The part of a provider's claim that counts: its unsettled fee up to a cap. By default that is the largest of 10 × its
 * minimum, the last hour's burn, and what its prices explain. A fee beyond the cap, or a jump of the burn, is an anomaly that
 * needs a person.
 *
 * @example
 * const { demand: counted, anomaly } = demandOf(claim)
 * show(counted, anomaly)
 */
export function demandOf(claim: Claim): { demand: Demand; anomaly: Anomaly | null } {
  const { minLockedBalance, unsettledFee, maxUnsettledFee, pricedFee = 0n, burn, jump = USUAL_JUMP } = claim
  const cap = maxUnsettledFee ?? max(pricedFee, 10n * minLockedBalance, burn.lastHour)
  return {
    demand: { minLockedBalance, unsettledFee: min(unsettledFee, cap), burnRate: burn.rate },
    anomaly: unsettledFee > cap ? { kind: 'fee', unsettledFee, cap, option: 'maxUnsettledFee' } : jumpOf(burn, jump),
  }
}

/**
 * Seconds until `available` falls to the provider's minimum at the present burn; null while the burn is unknown or 0.
 *
 * @example
 * show(runwayOf(3n * 10n ** 18n, demand)) // seconds
 */
export function runwayOf(available: bigint, { minLockedBalance, unsettledFee, burnRate }: Demand): number | null {
  if (burnRate === null || burnRate === 0n) return null
  const left = available - minLockedBalance - unsettledFee
  return left <= 0n ? 0 : Number((left * HOUR) / burnRate)
}

function times(amount: bigint, multiplier: number): bigint {
  if (Number.isSafeInteger(multiplier)) return BigInt(multiplier) * amount
  const [whole = '0', fraction = ''] = decimal(multiplier).split('.')
  const scale = 10n ** BigInt(fraction.length)
  return (BigInt(whole + fraction) * amount + scale - 1n) / scale
}

/** A number in decimal notation, without an exponent. */
function decimal(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(18) : text
}
