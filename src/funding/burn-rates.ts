import type { Burn, Fall } from '../../machines/auto-funding/auto-funding.burn.ts'
import type { Block, Position, Settlements } from '../../machines/position.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { BurnWindow } from './burn-window.ts'

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
export function createBurnRates(options: BurnRatesOptions = {}): BurnRates {
  return new ReadBurns(options)
}

/** What is known of the charges of one sub-account. */
type Charges = {
  /** At the last reading that counts. */
  balance: Balance | null
  /** Null before the first. */
  falls: BurnWindow | null
  /** The burn at a reading, computed at its first use; null before, and once there is another fall. */
  burn: Burn | null
  /** Block time of the oldest known charge, in seconds. */
  first: number | null
}

class ReadBurns implements BurnRates {
  readonly #options: BurnRatesOptions
  readonly #charges = new Map<string, Charges>()
  #first: Block | null = null
  #now = 0

  constructor(options: BurnRatesOptions) {
    this.#options = options
  }

  first(): Block | null {
    return this.#first
  }

  learn({ since, until, settled, opened }: Pick<Settlements, 'since' | 'until' | 'settled' | 'opened'>): void {
    this.recall(settled)
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
      const known = this.#of(key)
      known.falls = new BurnWindow([...past, rest, ...(known.falls?.falls() ?? [])])
      known.burn = null
    }
    this.#now = Math.max(this.#now, until)
    this.#options.onLearn?.()
  }

  observe(position: Position, paidIn: PaidIn): void {
    const { number: block, timestamp: at } = position.block
    this.#first ??= position.block
    this.#now = at
    for (const account of position.subAccounts) {
      const key = keyOf(account)
      const { balance, pendingRefund } = account
      const read = { at, block, balance, pendingRefund }
      const known = this.#of(key)
      const before = known.balance
      // Two blocks may have the same timestamp: a charge between them counts at the next later timestamp.
      if (before && at <= before.at) continue
      if (!before) {
        known.balance = read
        continue
      }
      const seconds = at - before.at
      const burnt =
        before.pendingRefund === pendingRefund ? before.balance + paidIn(key, before.block, block) - balance : null
      // Overwritten: as a new object at each reading of thousands it would outlive V8's young generation each time.
      Object.assign(before, read)
      if (burnt === null) continue
      // Another program paid in, so the charge beside that payment is unknown.
      if (burnt < 0n) continue
      if (burnt > 0n) this.#options.onCharge?.(account, burnt)
      if (burnt > 0n) known.first ??= at
      known.falls ??= new BurnWindow()
      known.falls.append({ at, seconds, burnt })
      known.burn = null
    }
  }

  of(key: string): Burn {
    const known = this.#of(key)
    if (known.burn?.at !== this.#now) known.burn = (known.falls ?? NONE).burnAt(this.#now)
    return known.burn
  }

  firstCharge(key: string): number | null {
    return this.#charges.get(key)?.first ?? null
  }

  recall(settled: Settlements['settled']): void {
    for (const one of settled) {
      const known = this.#of(keyOf(one))
      known.first = Math.min(one.at, known.first ?? one.at)
    }
  }

  #of(key: string): Charges {
    const known = this.#charges.get(key)
    if (known) return known
    const unknown = { balance: null, falls: null, burn: null, first: null }
    this.#charges.set(key, unknown)
    return unknown
  }
}

type Balance = { at: number; block: number; balance: bigint; pendingRefund: bigint }

/** Of a sub-account that no reading has followed. */
const NONE = new BurnWindow()
