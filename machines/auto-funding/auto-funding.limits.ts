import type { Limits } from './plan.types.ts'

/** A budget: at most this much in any stretch of so many seconds. */
export type SpendingWindow = { amount: bigint; seconds: number }

/** What limits the top-ups of one sub-account. Amounts in wei, `cooldown` in seconds; null is no limit. */
export type SpendingLimits = {
  maxTopUp: bigint | null
  budget: SpendingWindow | null
  cooldown: number
  ledgerReserve: bigint
}

/** A payment as limits count it: in wei, from the block time at which it was decided on. */
export type CountedPayment = { amount: bigint; at: number }

/**
 * What a budget still allows at this block time: every payment that was decided on within the window counts, mined or
 * not. A payment that comes from a later block than this one (after a reorganisation) counts too.
 *
 * @param payments is called only where there is a budget
 *
 * @example
 * budgetLeft({ amount: 25n, seconds: 86_400 }, () => [{ amount: 5n, at: 99_000 }], 100_000) // 20n
 */
export function budgetLeft(
  budget: SpendingWindow | null,
  payments: () => readonly CountedPayment[],
  now: number,
): bigint | null {
  if (!budget) return null
  const spent = payments()
    .filter(({ at }) => at > now - budget.seconds)
    .reduce((sum, { amount }) => sum + amount, 0n)
  return spent >= budget.amount ? 0n : budget.amount - spent
}

/**
 * The limits of one sub-account at this block time.
 *
 * @param payments those to this sub-account; called only where a limit counts them
 *
 * @example
 * show(limitsAt({ maxTopUp: 5n, budget: null, cooldown: 0, ledgerReserve: 0n }, () => [], 100_000))
 */
export function limitsAt(
  { maxTopUp, budget, cooldown, ledgerReserve }: SpendingLimits,
  payments: () => readonly CountedPayment[],
  now: number,
): Limits {
  const last = cooldown > 0 ? payments().reduce((latest, { at }) => Math.max(latest, at), -Infinity) : -Infinity
  return {
    maxTopUp,
    budgetLeft: budgetLeft(budget, payments, now),
    coolingUntil: Number.isFinite(last) ? last + cooldown : 0,
    ledgerReserve,
  }
}
