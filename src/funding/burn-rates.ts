import { BURN_WINDOW, burnOf, type Burn, type Fall } from '../../machines/auto-funding/auto-funding.burn.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'

const MOST_FALLS = 1_000
/** Readings without a charge become one of at most this length, so that frequent readings do not push charges out. */
const QUIET_SECONDS = 600

/** What own transactions mined in the blocks (from, to] moved to a sub-account, in wei. */
export type PaidIn = (key: string, from: number, to: number) => bigint

export type BurnRates = {
  /** The first block that was read; null before. Charges up to it come from `learn`, later ones from readings. */
  first(): Block | null
  /** Adds what providers settled up to the first block, or to the block that will be the first. */
  learn(settlements: Pick<Settlements, 'since' | 'until' | 'settled' | 'opened'>): void
  /** Compares each balance with that of the reading before. */
  observe(position: Position, paidIn: PaidIn): void
  of(key: string): Burn
  /** Block time of the oldest known charge, in seconds; null without one. */
  firstCharge(key: string): number | null
  /** Adds older charges, which do not count in the burn any more. */
  recall(settled: Settlements['settled']): void
}

export type BurnRatesOptions = {
  onCharge?: (id: SubAccountId, amount: bigint) => void
  onLearn?: () => void
}

/**
 * How fast each sub-account is charged: from what its provider settled before the first reading, and from its falling
 * balance since. Top-ups and refunds do not count.
 *
 * @param options.onCharge called with each charge that a reading shows, in wei
 * @param options.onLearn called once the logs have told of earlier charges
 */
export function createBurnRates({ onCharge, onLearn }: BurnRatesOptions = {}): BurnRates {
  const balances = new Map<string, Balance>()
  const falls = new Map<string, Fall[]>()
  /** The burn of each since the last reading, computed at the first use. */
  const burns = new Map<string, Burn>()
  const firstCharges = new Map<string, number>()
  let first: Block | null = null
  let now = 0

  return {
    first: () => first,
    learn({ since, until, settled, opened }) {
      recall(settled)
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
        falls.set(key, [...past, rest, ...(falls.get(key) ?? [])].slice(-MOST_FALLS))
      }
      now = Math.max(now, until)
      burns.clear()
      onLearn?.()
    },
    observe(position, paidIn) {
      const { number: block, timestamp: at } = position.block
      first ??= position.block
      now = at
      burns.clear()
      for (const account of position.subAccounts) {
        const key = keyOf(account)
        const { balance, pendingRefund } = account
        const before = balances.get(key)
        // Two blocks may have the same timestamp: a charge between them counts at the next later timestamp.
        if (before && at <= before.at) continue
        balances.set(key, { at, block, balance, pendingRefund })
        if (!before || before.pendingRefund !== pendingRefund) continue
        const burnt = before.balance + paidIn(key, before.block, block) - balance
        // Another program paid in, so the charge beside that payment is unknown.
        if (burnt < 0n) continue
        if (burnt > 0n) onCharge?.(account, burnt)
        if (burnt > 0n && !firstCharges.has(key)) firstCharges.set(key, at)
        const past = falls.get(key) ?? []
        append(past, { at, seconds: at - before.at, burnt })
        forget(past, at)
        falls.set(key, past)
      }
    },
    of(key) {
      const burn = burns.get(key) ?? burnOf(falls.get(key) ?? [], now)
      burns.set(key, burn)
      return burn
    },
    firstCharge: (key) => firstCharges.get(key) ?? null,
    recall,
  }

  function recall(settled: Settlements['settled']): void {
    for (const one of settled) firstCharges.set(keyOf(one), Math.min(one.at, firstCharges.get(keyOf(one)) ?? one.at))
  }
}

type Balance = { at: number; block: number; balance: bigint; pendingRefund: bigint }

function append(falls: Fall[], fall: Fall): void {
  const last = falls.at(-1)
  const isQuiet = last?.burnt === 0n && fall.burnt === 0n && last.seconds + fall.seconds <= QUIET_SECONDS
  if (isQuiet) falls[falls.length - 1] = { at: fall.at, seconds: last.seconds + fall.seconds, burnt: 0n }
  else falls.push(fall)
}

/** Drops falls older than the burn window, and the oldest beyond the most that are remembered; they are in order of time. */
function forget(falls: Fall[], now: number): void {
  const old = falls.findIndex(({ at }) => now - at <= BURN_WINDOW)
  const first = Math.max(old, falls.length - MOST_FALLS)
  if (first > 0) falls.splice(0, first)
}
