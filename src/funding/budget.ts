import { budgetLeft, limitsAt, type SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import { firstDayLimit, firstDayOf, type FirstDay } from '../../machines/auto-funding/first-day.policy.ts'
import type { Limits } from '../../machines/auto-funding/plan.types.ts'
import type { AutoFundingPolicy } from './config/auto-funding-policy.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Payment } from '../transactions/journal.types.ts'

/** What auto-funding sent, as far as limits ask. */
export type Spending = {
  /** For all providers together; null is no limit. */
  budget: SpendingWindow | null
  payments: () => readonly Payment[]
  /** What a budget that several wallets share leaves at a block time, in wei; asked only where money is due. */
  sharedLeft?: ((now: number) => bigint | null) | undefined
  /** What own transactions moved to a sub-account in the blocks (from, to]. */
  paidIn: (key: string, from: number, to: number) => bigint
}

/** Payments, gone through only where a limit asks for them. */
export type Payments = { all(): readonly Payment[]; of(id: SubAccountId): readonly Payment[] }

export function paymentsOf({ payments }: Pick<Spending, 'payments'>): Payments {
  let all: readonly Payment[] | null = null
  let byKey: Map<string, Payment[]> | null = null
  return {
    all: () => (all ??= payments()),
    of(id) {
      byKey ??= bySubAccountKey((all ??= payments()))
      return byKey.get(keyOf(id)) ?? []
    },
  }
}

/** The limits of one sub-account, with what was paid to it. */
export function limitsOf(policy: AutoFundingPolicy, id: SubAccountId, payments: Payments, now: number): Limits {
  return limitsAt(policy, () => payments.of(id), now)
}

/** What the budget of all providers together leaves, and one that several wallets share; null is no limit. */
export function commonLeft(
  { budget, sharedLeft }: Pick<Spending, 'budget' | 'sharedLeft'>,
  payments: Payments,
  now: number,
): bigint | null {
  return lesser(budgetLeft(budget, payments.all, now), sharedLeft?.(now) ?? null)
}

/** The lesser of two limits; null is no limit. */
export const lesser = (a: bigint | null, b: bigint | null): bigint | null =>
  a === null || (b !== null && b < a) ? b : a

/** What a new provider may still get: see `firstDayOf`. */
export function firstDayAt(
  policy: AutoFundingPolicy,
  { id, payments, firstCharge, minTransfer, now }: FirstDayFacts,
): FirstDay | null {
  return firstDayOf(firstDayLimit(policy, minTransfer), { firstCharge, payments: () => payments.of(id), now })
}

type FirstDayFacts = {
  id: SubAccountId
  payments: Payments
  firstCharge: number | null
  minTransfer: bigint | null
  now: number
}

/** Looks up all sub-accounts of one stretch of blocks at once. */
export function bySubAccount(paidIn: (from: number, to: number) => ReadonlyMap<string, bigint>): Spending['paidIn'] {
  let last: { from: number; to: number; sums: ReadonlyMap<string, bigint> } | null = null
  return (key, from, to) => {
    if (last?.from !== from || last.to !== to) last = { from, to, sums: paidIn(from, to) }
    return last.sums.get(key) ?? 0n
  }
}

function bySubAccountKey(payments: readonly Payment[]): Map<string, Payment[]> {
  const groups = new Map<string, Payment[]>()
  for (const payment of payments) {
    const key = keyOf(payment)
    const group = groups.get(key)
    if (group) group.push(payment)
    else groups.set(key, [payment])
  }
  return groups
}
