import type { SubAccountPosition } from '../position.types.ts'

/** What the wallet's own transactions did to a sub-account between two positions, and what the ledger gained. In wei. */
export type OwnMoves = {
  /** A transfer paid it, other than one that puts back what a retrieve has taken. */
  paid: boolean
  /** What such transfers put back. */
  putBack: bigint
  /** A retrieve claimed what was unlocked. */
  retrieved: boolean
  /** What the ledger has more available than before. */
  gained: bigint
}

/**
 * Whether a sub-account was used between two positions: its provider charged it, or money was paid into it. Refunds that
 * are requested, claimed and put back by this wallet are no use. What transactions of other programs leave open counts as
 * use. A claim may hide a charge out of the same refunds: that is `unclear`, and only the logs tell.
 *
 * @param now block time of the later position, in seconds
 */
export function useBetween(
  before: SubAccountPosition | undefined,
  after: SubAccountPosition,
  { paid, putBack, retrieved, gained }: OwnMoves,
  now: number,
): 'used' | 'unused' | 'unclear' {
  if (!before) return after.balance > 0n ? 'used' : 'unused'
  // A transfer that a refund pays leaves the balance as it was, and frees a part of it.
  if (paid || after.available > before.available + putBack) return 'used'
  const fall = before.balance - after.balance
  const gone = unlockedAndGone(before, after, now)
  const claimed = retrieved || gained >= gone ? gone : 0n
  if (fall !== claimed) return 'used'
  return claimed === 0n ? 'unused' : 'unclear'
}

/** The sum of the refunds whose lock was over and that are gone: a claim takes all of them, and nothing else. */
function unlockedAndGone({ refunds }: SubAccountPosition, after: SubAccountPosition, now: number): bigint {
  if (refunds.length === 0) return 0n
  const left = after.refunds.map(({ createdAt }) => createdAt)
  return refunds.reduce((sum, { amount, createdAt, unlocksAt }) => {
    const at = left.indexOf(createdAt)
    if (at >= 0) left.splice(at, 1)
    return at < 0 && unlocksAt <= now ? sum + amount : sum
  }, 0n)
}
