import { min, sum } from '../../../machines/wei.ts'
import type { Decision, ReclaimStanding } from '../../../machines/index.ts'
import type { AutoFundingPolicy, SubAccountPosition } from '../../index.ts'
import { pendingOf, spend, type Account, type Books } from './accounts.ts'
import { positive } from './movements.ts'
import type { PlanConditions } from './plan-conditions.ts'
import type { Payment } from './policy.ts'

/** How long refunds are locked where a recording does not say, in seconds. */
const USUAL_LOCK = 86_400

/** What a plan knows of the use of a sub-account: everything from the first position on, and nothing before. */
export function reclaimStandingOf(
  { reclaim }: Pick<AutoFundingPolicy, 'reclaim'>,
  { chargedAt, reclaimedAt }: Pick<Account, 'chargedAt' | 'reclaimedAt'>,
  { knownSince, payments }: { knownSince: number; payments: readonly Payment[] },
): ReclaimStanding | null {
  if (!reclaim) return null
  const times = [...payments.map(({ at }) => at), ...(chargedAt === null ? [] : [chargedAt])]
  const lastAt = times.length === 0 ? null : Math.max(...times)
  return { ...reclaim, use: { knownSince, lastAt, reclaimedAt, isReading: false }, failure: null }
}

/** Whether a decision leaves a sub-account alone because nothing uses it. */
export const isResting = (decision: Decision): boolean =>
  (decision.action === 'hold' && decision.reason === 'idle') || decision.reclaim?.wait === 'reclaiming'

type Request = { keep: bigint; decidedAt: number; at: number; recorded: PlanConditions }

/** Asks back what is free beyond what is kept. */
export function askBack(
  account: Account,
  position: SubAccountPosition | undefined,
  { keep, decidedAt, at, recorded }: Request,
): void {
  const amount = positive(account.balance - pendingOf(account, position) - keep)
  if (amount === 0n) return
  const lock = recorded.lockTimes?.[account.serviceType] ?? USUAL_LOCK
  account.reclaims.push({ amount, createdAt: at, unlocksAt: at + lock })
  account.reclaimedAt = decidedAt
  account.requests += 1
}

/** Brings home what the policy asked back, once its lock is over. A provider may have charged a part of it. */
export function bringHome(books: Books, account: Account, now: number): void {
  const ripe = account.reclaims.filter(({ unlocksAt }) => unlocksAt <= now)
  if (ripe.length === 0) return
  account.reclaims = account.reclaims.filter(({ unlocksAt }) => unlocksAt > now)
  const asked = sum(ripe.map(({ amount }) => amount))
  const back = min(asked, account.balance)
  account.balance -= back
  account.claimed += back
  spend(books, -back)
}

/** What comes home before the next position. */
export function arrivingIn({ accounts }: Books, now: number): bigint {
  const ripe = [...accounts.values()].flatMap(({ reclaims, balance }) =>
    reclaims.filter(({ unlocksAt }) => unlocksAt <= now).map(({ amount }) => min(amount, balance)),
  )
  return sum(ripe)
}

/** A top-up takes from what was asked back last, as the contract does, and then from a recorded refund. */
export function cancelRefunds(account: Account, amount: bigint): void {
  let rest = amount
  while (rest > 0n) {
    const last = account.reclaims.at(-1)
    if (!last) break
    const part = min(rest, last.amount)
    rest -= part
    last.amount -= part
    if (last.amount === 0n) account.reclaims.pop()
  }
  account.cancelled += rest
}
