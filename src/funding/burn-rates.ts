import { BURN_WINDOW, burnOf, type Burn, type Fall } from '../../machines/auto-funding/auto-funding.burn.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import { keyOf } from '../base/sub-account-key.ts'

const KEPT = 1_000
/** Readings without a charge become one as long as this, so that frequent readings do not push charges out. */
const QUIET_SECONDS = 600

type PositionView = { at: number; block: number; balance: bigint; pendingRefund: bigint }

/**
 * Follows how fast each sub-account is charged: from what its providers settled before the first reading, and from its
 * falling balance since. Top-ups and refunds are left out.
 */
export function createBurnRates() {
  const seen = new Map<string, PositionView>()
  const falls = new Map<string, Fall[]>()
  /** What the falls of each say now, once it was asked for. */
  const burns = new Map<string, Burn>()
  let first: Block | null = null
  let now = 0

  return {
    /** Readings say it all from this block on; what was before it is to be learnt. Null before the first. */
    first: (): Block | null => first,
    /** What was settled up to the first block, or the one that will be. */
    learn({ since, until, settled, opened }: Settlements): void {
      const openings = new Map(opened.map((one) => [keyOf(one), one.at]))
      const charges = new Map<string, Fall[]>()
      for (const { provider, serviceType, amount, at } of settled) {
        const key = keyOf({ provider, serviceType })
        const past = charges.get(key) ?? []
        const before = past.at(-1)
        const from = before?.at ?? openings.get(key) ?? since
        charges.set(key, [...past, { at, seconds: at - from, burnt: amount }])
      }
      for (const [key, past] of charges) {
        const rest = { at: until, seconds: until - (past.at(-1)?.at ?? since), burnt: 0n }
        falls.set(key, [...past, rest, ...(falls.get(key) ?? [])].slice(-KEPT))
      }
      now = Math.max(now, until)
      burns.clear()
    },
    /** @param paidIn what was transferred to the sub-account by transactions mined in these blocks (from, to] */
    see(position: Position, paidIn: (key: string, from: number, to: number) => bigint): void {
      const { number: block, timestamp: at } = position.block
      first ??= position.block
      now = at
      burns.clear()
      for (const account of position.subAccounts) {
        const key = keyOf(account)
        const { balance, pendingRefund } = account
        const before = seen.get(key)
        // Blocks may share a second: what was burnt between them shows in the next one that does not.
        if (before && at <= before.at) continue
        seen.set(key, { at, block, balance, pendingRefund })
        if (!before || before.pendingRefund !== pendingRefund) continue
        const burnt = before.balance + paidIn(key, before.block, block) - balance
        // More than was known of: somebody else paid in, and what was burnt beside it cannot be told.
        if (burnt < 0n) continue
        const past = falls.get(key) ?? []
        join(past, { at, seconds: at - before.at, burnt })
        forget(past, at)
        falls.set(key, past)
      }
    },
    of(key: string): Burn {
      const burn = burns.get(key) ?? burnOf(falls.get(key) ?? [], now)
      burns.set(key, burn)
      return burn
    },
  }
}

function join(falls: Fall[], fall: Fall): void {
  const last = falls.at(-1)
  const isQuiet = last?.burnt === 0n && fall.burnt === 0n && last.seconds + fall.seconds <= QUIET_SECONDS
  if (isQuiet) falls[falls.length - 1] = { at: fall.at, seconds: last.seconds + fall.seconds, burnt: 0n }
  else falls.push(fall)
}

/** They stand in the order of time. */
function forget(falls: Fall[], now: number): void {
  const old = falls.findIndex(({ at }) => now - at <= BURN_WINDOW)
  const first = Math.max(old, falls.length - KEPT)
  if (first > 0) falls.splice(0, first)
}
