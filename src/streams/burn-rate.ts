import type { Position } from '../../machines/position.types.ts'
import { keyOf } from '../sub-account-id.ts'

const HOUR = 3_600
/** Older falls say little about the next hours. */
const WINDOW = 6 * HOUR
/** Fewer falls, or a shorter time, are a guess. */
const LEAST_FALLS = 3
const LEAST_SECONDS = 60
/** A fall this many times steeper than usual is cut to it. */
const CLIP = 4n
/** An hour that burnt this many times as much as those before it is looked at by somebody. */
const JUMP = 10n
const KEPT = 1_000

type Seen = { at: number; block: number; balance: bigint; pendingRefund: bigint }
/** What was burnt between two readings. */
type Fall = { at: number; seconds: number; burnt: bigint }

export type Burn = {
  /** Wei per hour; null until enough was seen. */
  rate: bigint | null
  lastHour: bigint
  /** The last hour burnt ten times as much as the hours before it did. */
  jumped: boolean
}

/** Follows how fast each sub-account is charged, from its falling balance. Top-ups and refunds are left out. */
export function createBurnRates() {
  const seen = new Map<string, Seen>()
  const falls = new Map<string, Fall[]>()
  /** What the falls of each say, once it was asked for. */
  const burns = new Map<string, Burn>()

  return {
    /** @param paidIn what was transferred to the sub-account by transactions mined in these blocks (from, to] */
    see(position: Position, paidIn: (key: string, from: number, to: number) => bigint): void {
      const { number: block, timestamp: at } = position.block
      for (const account of position.subAccounts) {
        const key = keyOf(account)
        const { balance, pendingRefund } = account
        const before = seen.get(key)
        seen.set(key, { at, block, balance, pendingRefund })
        if (!before || at <= before.at || before.pendingRefund !== pendingRefund) continue
        const burnt = before.balance + paidIn(key, before.block, block) - balance
        // More than was known of: somebody else paid in, and what was burnt beside it cannot be told.
        if (burnt < 0n) continue
        burns.delete(key)
        falls.set(key, recent([...(falls.get(key) ?? []), { at, seconds: at - before.at, burnt }], at))
      }
    },
    of(key: string): Burn {
      const known = burns.get(key)
      if (known) return known
      const burn = burnOf(falls.get(key) ?? [])
      burns.set(key, burn)
      return burn
    },
  }
}

function recent(falls: readonly Fall[], now: number): Fall[] {
  return falls.filter(({ at }) => now - at <= WINDOW).slice(-KEPT)
}

function burnOf(falls: readonly Fall[]): Burn {
  const real = falls.filter(({ burnt }) => burnt > 0n)
  const now = falls.at(-1)?.at ?? 0
  const lastHour = sum(falls.filter(({ at }) => now - at < HOUR))
  const seconds = falls.reduce((total, fall) => total + fall.seconds, 0)
  if (real.length < LEAST_FALLS || seconds < LEAST_SECONDS) return { rate: null, lastHour, jumped: false }
  // Charges come in lumps: what is clipped is a lump beside other lumps, not a lump beside nothing.
  const usual = median(real.map(({ burnt }) => burnt))
  const burnt = falls.reduce((total, fall) => total + (fall.burnt < usual * CLIP ? fall.burnt : usual * CLIP), 0n)
  return { rate: (burnt * BigInt(HOUR)) / BigInt(seconds), lastHour, jumped: hasJumped(falls, now, lastHour) }
}

function hasJumped(falls: readonly Fall[], now: number, lastHour: bigint): boolean {
  const earlier = falls.filter(({ at }) => now - at >= HOUR)
  const seconds = earlier.reduce((total, fall) => total + fall.seconds, 0)
  if (seconds < HOUR || sum(earlier) === 0n) return false
  return lastHour > (JUMP * sum(earlier) * BigInt(HOUR)) / BigInt(seconds)
}

const sum = (falls: readonly Fall[]): bigint => falls.reduce((total, { burnt }) => total + burnt, 0n)

function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor(sorted.length / 2)] ?? 0n
}
