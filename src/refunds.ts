import type { SubAccountPosition } from '../machines/position.types.ts'

/** A contract keeps at most this many refunds per sub-account (a private constant of both services). */
const MAX_REFUNDS = 5

/** All refund places are taken and locked, and there is something free: the contract would refuse to queue it. */
export function isFull({ available, claimable, refunds }: SubAccountPosition): boolean {
  return available > 0n && claimable === 0n && refunds.length >= MAX_REFUNDS
}

/** There is something to ask back or to claim, and the contract would take the call. */
export function isRetrievable(account: SubAccountPosition): boolean {
  return (account.available > 0n || account.claimable > 0n) && !isFull(account)
}
