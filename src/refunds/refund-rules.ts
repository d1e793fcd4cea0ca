import type { Refund, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { nextUnlock } from '../../machines/sub-account/sub-account.facts.ts'
import { formatOg } from '../base/amounts.ts'
import { NothingToRetrieveError } from '../base/sending-errors.ts'

/** A contract keeps at most this many refunds per sub-account (a private constant of both services). */
const MAX_REFUNDS = 5

/** Whether all refund places are locked while there is something free: the contract would refuse to queue a refund. */
export function isFull({ available, claimable, refunds }: SubAccountPosition): boolean {
  return available > 0n && claimable === 0n && refunds.length >= MAX_REFUNDS
}

/** Whether there is something to lock or to claim, and the contract would accept the retrieve. */
export function isRetrievable(account: SubAccountPosition): boolean {
  return (account.available > 0n || account.claimable > 0n) && !isFull(account)
}

/**
 * The refund that a retrieve has queued: the newest one, if it is the only one that was not known before the retrieve.
 * Null where another transaction cancelled it or added one of its own.
 *
 * @param known when each refund was requested that was pending before, in seconds of block time
 */
export function queuedSince(refunds: readonly Refund[], known: readonly number[]): Refund | null {
  const left = [...known]
  const added = refunds.filter(({ createdAt }) => {
    const at = left.indexOf(createdAt)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  const newest = refunds.at(-1)
  return newest && added.length === 1 && added[0]?.createdAt === newest.createdAt ? newest : null
}

export function nothingToRetrieve(
  accounts: readonly SubAccountPosition[],
  serviceType?: ServiceType,
): NothingToRetrieveError {
  return nothingTo('retrieve', accounts, serviceType)
}

/** The same where what is locked, and until when, is the answer. */
export function nothingToClaim(
  accounts: readonly SubAccountPosition[],
  serviceType?: ServiceType,
): NothingToRetrieveError {
  return nothingTo('claim', accounts, serviceType)
}

function nothingTo(
  act: 'retrieve' | 'claim',
  accounts: readonly SubAccountPosition[],
  serviceType: ServiceType | undefined,
): NothingToRetrieveError {
  const locked = accounts.reduce((sum, { pendingRefund, claimable }) => sum + pendingRefund - claimable, 0n)
  const unlocks = accounts.flatMap((account) => nextUnlock(account) ?? [])
  return new NothingToRetrieveError(`There is nothing to ${act}.`, {
    serviceType,
    'sub-accounts': String(accounts.length),
    locked: `${formatOg(locked)} OG`,
    'next unlock': unlocks.length > 0 ? isoTime(Math.min(...unlocks)) : undefined,
  })
}

/** Seconds of block time, for messages. */
export const isoTime = (seconds: number): string => new Date(seconds * 1_000).toISOString()
