import type { Burn } from './auto-funding.burn.ts'

/** No sub-account is kept below this, in wei: the least that the first providers asked for. */
export const REQUIRED_FLOOR = 500n

const HOUR = 3_600n

/** What a provider's charges look like, and what it wants to see. Amounts in wei. */
export type Demand = {
  /** What the provider wants to see locked. */
  minLockedBalance: bigint
  /** What it has served and not charged yet. */
  unsettledFee: bigint
  /** Wei per hour; null while it is unknown. */
  burnRate: bigint | null
}

/** What a provider says, and how it charged. `maxUnsettledFee` in wei; null for the usual cap. */
export type Claim = { minLockedBalance: bigint; unsettledFee: bigint; maxUnsettledFee: bigint | null; burn: Burn }

/** How much to keep. `target` is an amount in wei, or a multiple of the minimum; runway is in seconds. */
export type Levels = {
  bufferMultiplier: number
  target?: { amount: bigint } | { multiplier: number } | undefined
  runway?: { trigger: number; target: number } | undefined
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
  return atLeast(unsettledFee + times(minLockedBalance, bufferMultiplier), REQUIRED_FLOOR)
}

/**
 * Below `required` a top-up is due, and it fills up to `target`. By default both are the required balance. With a
 * runway they are what the burn rate uses up in that time on top of the minimum, and never less than the required
 * balance; while the burn rate is unknown, that alone.
 */
export function levelsOf(demand: Demand, levels: Levels): { required: bigint; target: bigint } {
  const { minLockedBalance, unsettledFee, burnRate } = demand
  const { bufferMultiplier } = levels
  const base = requiredBalance({ unsettledFee, bufferMultiplier, minLockedBalance })
  if (levels.runway) {
    if (burnRate === null) return { required: base, target: base }
    const lasting = (seconds: number): bigint =>
      minLockedBalance + unsettledFee + (burnRate * BigInt(Math.round(seconds))) / HOUR
    const required = atLeast(lasting(levels.runway.trigger), base)
    return { required, target: atLeast(lasting(levels.runway.target), required) }
  }
  if (!levels.target) return { required: base, target: base }
  const wanted =
    'amount' in levels.target ? levels.target.amount : unsettledFee + times(minLockedBalance, levels.target.multiplier)
  return { required: base, target: atLeast(wanted, base) }
}

/**
 * What is believed of a provider's claim: of its unsettled fee no more than the cap, which is 10 × what it wants to see
 * locked, or the last hour's burn where that is more. Beyond the cap, or after a jump of the burn, somebody should look.
 */
export function demandOf({ minLockedBalance, unsettledFee, maxUnsettledFee, burn }: Claim): {
  demand: Demand
  anomaly: boolean
} {
  const cap = maxUnsettledFee ?? atLeast(10n * minLockedBalance, burn.lastHour)
  return {
    demand: { minLockedBalance, unsettledFee: unsettledFee < cap ? unsettledFee : cap, burnRate: burn.rate },
    anomaly: unsettledFee > cap || burn.jumped,
  }
}

/** Seconds until `available` meets the provider's minimum at the present burn; null while that is unknown or nothing. */
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

/** A number as people write it: without an exponent. */
function decimal(value: number): string {
  const text = String(value)
  return text.includes('e') ? value.toFixed(18) : text
}

const atLeast = (value: bigint, least: bigint): bigint => (value < least ? least : value)
