import { keyOf } from '../../base/sub-account-key.ts'
import type { BalanceChange } from './environment.ts'

/** Below `required` a top-up is due, and it fills up to `target`; in wei, the same for all sub-accounts. */
export type Levels = { required: bigint; target: bigint }

/** Charges and top-ups, counted from the chain's own history. Amounts in wei. */
export type Tally = {
  charges: number
  drained: bigint
  /** Charges that took a sub-account below what is required. */
  drains: number
  topUps: number
  toppedUp: bigint
  /** Top-ups that opened a sub-account. */
  opened: number
  /** Top-ups that were right when they were decided and too small when mined, since another charge came between. */
  overtaken: number
  /** Top-ups of a sub-account that had enough. */
  doublePayments: number
  /** The part of all top-ups beyond the target when they were mined. */
  overpaid: bigint
  /** Sub-accounts that have too little at the end. */
  unanswered: number
  /** What the sub-accounts hold at the end. */
  held: bigint
}

/**
 * Counts all changes in their order: a top-up may fill up to the target, once less than required is left. It uses nothing that the library reports: a payment too much cannot hide behind a
 * later charge.
 */
export function tallyOf(changes: readonly BalanceChange[], { required, target }: Levels): Tally {
  const tally = nothing()
  const accounts = new Map<string, bigint>()
  for (const { provider, serviceType, available: after } of changes) {
    const key = keyOf({ provider, serviceType })
    const before = accounts.get(key)
    accounts.set(key, after)
    if (before === undefined) tally.opened += 1
    if (before === undefined || after > before) countTopUp(tally, { before: before ?? 0n, after, required, target })
    else countCharge(tally, { before, after, required, target })
  }
  for (const available of accounts.values()) {
    tally.held += available
    if (available < required) tally.unanswered += 1
  }
  return tally
}

function countTopUp(tally: Tally, { before, after, required, target }: Step): void {
  const enough = before > target ? before : target
  tally.topUps += 1
  tally.toppedUp += after - before
  if (before >= required) tally.doublePayments += 1
  if (after > enough) tally.overpaid += after - enough
  if (after < required) tally.overtaken += 1
}

function countCharge(tally: Tally, { before, after, required }: Step): void {
  tally.charges += 1
  tally.drained += before - after
  if (before >= required && after < required) tally.drains += 1
}

type Step = Levels & { before: bigint; after: bigint }

function nothing(): Tally {
  return {
    charges: 0,
    drained: 0n,
    drains: 0,
    topUps: 0,
    toppedUp: 0n,
    opened: 0,
    overtaken: 0,
    doublePayments: 0,
    overpaid: 0n,
    unanswered: 0,
    held: 0n,
  }
}
