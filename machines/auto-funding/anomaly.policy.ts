import { HOUR, type Burn } from './auto-funding.burn.ts'

/** A jump of the burn: so many times the usual burn, held for so many seconds at most; null holds no jump. */
export type JumpRule = { factor: number; seconds: number } | null

/** Ten times the usual burn, until settlements prove it, and ten minutes at most. */
export const USUAL_JUMP: JumpRule = { factor: 10, seconds: 600 }

/** What an anomaly hold saw. Amounts in wei, burn in wei per hour, times in seconds of block time. */
export type Anomaly =
  | {
      kind: 'burn'
      /** What was charged within the last so many seconds. */
      burn: bigint
      seconds: number
      /** What was charged per hour in the hours before. */
      usual: bigint
      factor: number
      /** When the hold ends by itself, if no settlements prove the burn before. */
      until: number
      /** The option of auto-funding that lifts the hold. */
      option: 'anomaly'
    }
  | {
      kind: 'fee'
      /** What the provider claims to be owed. */
      unsettledFee: bigint
      cap: bigint
      option: 'maxUnsettledFee'
    }

const SCALE = 1_000_000

/**
 * A jump of the burn that no settlements prove yet. It is proven once the last hour is a jump even without its two largest
 * charges: then several charges on the chain make it, and not one that may be an error.
 */
export function jumpOf(burn: Burn, rule: JumpRule): Anomaly | null {
  const { lastHour, usual, at } = burn
  if (rule === null || usual === null) return null
  const most = (BigInt(Math.round(rule.factor * SCALE)) * usual) / BigInt(SCALE)
  if (lastHour <= most) return null
  // Looked at last: a list of all charges of the hour is made for it.
  const { charges } = burn
  if (lastHour - largestTwo(charges) > most) return null
  const until = passedAt(charges, most) + rule.seconds
  if (at >= until) return null
  return { kind: 'burn', burn: lastHour, seconds: HOUR, usual, factor: rule.factor, until, option: 'anomaly' }
}

/** When the charges of the hour passed an amount together. */
function passedAt(charges: Burn['charges'], amount: bigint): number {
  let sum = 0n
  for (const { at, burnt } of charges) if ((sum += burnt) > amount) return at
  return charges.at(-1)?.at ?? 0
}

function largestTwo(charges: Burn['charges']): bigint {
  const [first = 0n, second = 0n] = charges.map(({ burnt }) => burnt).toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0))
  return first + second
}
