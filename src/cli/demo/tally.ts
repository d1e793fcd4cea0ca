import { keyOf } from '../../base/sub-account-key.ts'
import { nothingByHand, type ByHand } from './by-hand.ts'
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
  /** What a person added on the page, and asked back: none of it is judged. */
  byHand: { topUps: number; toppedUp: bigint; takenBack: bigint }
}

export type TallyOptions = {
  byHand?: ByHand
  /** Sub-accounts that a person paused or asked back: they may be low at the end. */
  excused?: ReadonlySet<string>
}

/**
 * Counts all changes in their order: a top-up may fill up to the target, once less than required is left, and a payment too much cannot
 * hide behind a later charge. It uses nothing that the library reports.
 */
export function tallyOf(
  changes: readonly BalanceChange[],
  { required, target }: Levels,
  { byHand = nothingByHand, excused = new Set() }: TallyOptions = {},
): Tally {
  const tally = nothing()
  const accounts = new Map<string, bigint>()
  for (const { provider, serviceType, available: after, blockNumber } of changes) {
    const key = keyOf({ provider, serviceType })
    const before = accounts.get(key)
    accounts.set(key, after)
    if (before === undefined) tally.opened += 1
    const step = { key, blockNumber, change: after - (before ?? 0n) }
    if (isByHand(step, byHand)) countByHand(tally, step.change)
    else if (before === undefined || after > before)
      countTopUp(tally, { before: before ?? 0n, after, required, target })
    else countCharge(tally, { before, after, required, target })
  }
  for (const [key, available] of accounts) {
    tally.held += available
    if (available < required && !excused.has(key)) tally.unanswered += 1
  }
  return tally
}

/** Whether a person asked for a change: a transfer of that amount in that block, or money taken back in it. */
function isByHand(
  { key, blockNumber, change }: { key: string; blockNumber: number; change: bigint },
  { transfers, takenBackIn }: ByHand,
): boolean {
  if (change < 0n) return takenBackIn.has(blockNumber)
  return transfers.some((one) => one.key === key && one.blockNumber === blockNumber && one.amount === change)
}

function countByHand({ byHand }: Tally, change: bigint): void {
  if (change < 0n) {
    byHand.takenBack -= change
    return
  }
  byHand.topUps += 1
  byHand.toppedUp += change
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
    byHand: { topUps: 0, toppedUp: 0n, takenBack: 0n },
  }
}
