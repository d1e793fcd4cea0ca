import type { Position, Refund, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { max, min } from '../../machines/wei.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'

/** A payment to a provider out of a pending refund. Amount in wei, times in seconds of block time. */
export type Drain = SubAccountId & { requestedAt: number; unlocksAt: number; amount: bigint }

/** What this broker's transactions did to a sub-account between two positions, in wei. */
export type OwnMoves = { transferred: bigint; retrieved: boolean }

/**
 * What providers were paid from pending refunds between two positions. Both a charge and a transfer to the sub-account
 * cancel refunds, the newest first; a transfer frees as much as it cancels. So what became free is subtracted first, and
 * the rest was charged. Where transactions of other programs leave that open, the result is too low and never too high.
 */
export function drainsBetween(before: Position, now: Position, movesOf: (id: SubAccountId) => OwnMoves): Drain[] {
  const gained = (now.ledger?.available ?? 0n) - (before.ledger?.available ?? 0n)
  const refunding = before.subAccounts.filter(({ refunds }) => refunds.length > 0)
  return refunding.flatMap((account) => {
    const after = subAccountIn(now, account)
    return after ? drainsOf(account, after, { ...movesOf(account), now: now.block.timestamp, gained }) : []
  })
}

type Between = OwnMoves & { now: number; gained: bigint }

function drainsOf(before: SubAccountPosition, after: SubAccountPosition, between: Between): Drain[] {
  const { provider, serviceType } = before
  const { transferred, retrieved, now, gained } = between
  // A retrieve takes what was free: then only this broker's transfers are known to have come in.
  const rose = retrieved ? 0n : after.available - before.available
  let cancelled = max(rose, transferred)
  const left = [...after.refunds]
  return before.refunds.toReversed().flatMap(({ amount, createdAt, unlocksAt }): Drain[] => {
    const rest = takeFrom(left, createdAt)
    const missing = amount - rest
    const own = min(missing, cancelled)
    cancelled -= own
    const taken = missing - own
    const isClaimed = rest === 0n && now >= unlocksAt && (retrieved || gained >= taken)
    if (taken <= 0n || isClaimed) return []
    return [{ provider, serviceType, requestedAt: createdAt, unlocksAt, amount: taken }]
  })
}

/** What is left of a refund. It leaves the list: of several of one second the newest first, in the order of the caller. */
function takeFrom(refunds: Refund[], createdAt: number): bigint {
  const at = refunds.findLastIndex((one) => one.createdAt === createdAt)
  return at < 0 ? 0n : (refunds.splice(at, 1)[0]?.amount ?? 0n)
}
