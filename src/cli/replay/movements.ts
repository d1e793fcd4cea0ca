import { min, sum } from '../../../machines/wei.ts'
import { keyOf } from '../../base/sub-account-key.ts'
import type { Position, SubAccountPosition } from '../../index.ts'

/** The money that moved in one sub-account between two readings. Amounts in wei. */
export type Move = {
  /** From the ledger. */
  paid: bigint
  /** By the provider. */
  charged: bigint
  /** Back to the ledger. */
  claimed: bigint
}

export type Moves = {
  accounts: ReadonlyMap<string, Move>
  /** From the wallet into the ledger; negative for a withdrawal. */
  deposited: bigint
}

type Rise = { key: string; change: bigint; claimed: bigint }

/**
 * The least that must have moved between two readings. A balance shows only top-ups less charges; what the ledger lost on
 * top of that was both paid and charged in the same interval. A deposit in that interval hides it.
 */
export function movesBetween(before: Position, after: Position): Moves {
  const accounts = new Map(
    [...before.subAccounts, ...after.subAccounts].map((one): [string, SubAccountPosition] => [keyOf(one), one]),
  )
  const earlier = new Map(before.subAccounts.map((one) => [keyOf(one), one]))
  const later = new Map(after.subAccounts.map((one) => [keyOf(one), one]))
  const rises = [...accounts.keys()].map((key) => riseOf(key, earlier.get(key), later.get(key), after))
  const claimed = sum(rises.map((one) => one.claimed))
  const lost = (before.ledger?.available ?? 0n) - (after.ledger?.available ?? 0n) + claimed
  const rise = sum(rises.map(({ change }) => positive(change)))
  const withdrawn = min(positive(after.wallet.balance - before.wallet.balance), positive(lost - rise))
  const hidden = share(positive(lost - rise - withdrawn), rises)
  return {
    accounts: new Map(
      rises.map(({ key, change, claimed: back }, index): [string, Move] => {
        const more = hidden[index] ?? 0n
        return [key, { paid: positive(change) + more, charged: positive(-change) + more, claimed: back }]
      }),
    ),
    deposited: positive(rise - lost) - withdrawn,
  }
}

/** A balance that falls by no more than the unlocked refund was claimed, not charged. */
function riseOf(
  key: string,
  before: SubAccountPosition | undefined,
  after: SubAccountPosition | undefined,
  { block }: Position,
): Rise {
  const change = (after?.balance ?? 0n) - (before?.balance ?? 0n)
  const unlocked = (before?.refunds ?? []).filter(({ unlocksAt }) => unlocksAt <= block.timestamp)
  const returned = positive((before?.pendingRefund ?? 0n) - (after?.pendingRefund ?? 0n))
  const claimed = min(positive(-change), min(returned, sum(unlocked.map(({ amount }) => amount))))
  return { key, change: change + claimed, claimed }
}

/** Shares an amount among the sub-accounts that rose, else those that fell, else all. The last one gets the remainder. */
function share(amount: bigint, rises: readonly Rise[]): bigint[] {
  const weights = [
    rises.map(({ change }) => positive(change)),
    rises.map(({ change }) => positive(-change)),
    rises.map(() => 1n),
  ].find((some) => sum(some) > 0n)
  if (!weights || amount === 0n) return rises.map(() => 0n)
  const parts = weights.map((weight) => (amount * weight) / sum(weights))
  const last = weights.findLastIndex((weight) => weight > 0n)
  return parts.map((part, index) => (index === last ? part + amount - sum(parts) : part))
}

/** Nothing of what is negative. */
export const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n)
