import type { Limits } from '../../machines/auto-funding/plan.types.ts'
import type { AutoFundingPolicy } from './config.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Payment } from '../transactions/journal.types.ts'

/** The budget of all providers together, and what counts against it. */
export type Spending = {
  /** Null is no limit. */
  budget: Window | null
  /** What auto-funding sent, mined or in flight. */
  payments: () => readonly Payment[]
}

/** The most that is sent within any stretch of this many seconds. */
export type Window = { amount: bigint; seconds: number }

/** Payments, collected and grouped only when a limit needs them. */
export type Payments = { all(): readonly Payment[]; of(id: SubAccountId): readonly Payment[] }

export function paymentsOf({ payments }: Pick<Spending, 'payments'>): Payments {
  let all: readonly Payment[] | null = null
  let byKey: Map<string, Payment[]> | null = null
  return {
    all: () => (all ??= payments()),
    of(id) {
      byKey ??= grouped((all ??= payments()))
      return byKey.get(keyOf(id)) ?? []
    },
  }
}

/**
 * What a budget still allows at this block time: every payment that was decided on within the window counts, mined or
 * in flight. A payment decided on at a later block than this one (after a reorganisation) counts too.
 */
export function budgetLeft(budget: Window | null, payments: () => readonly Payment[], now: number): bigint | null {
  if (!budget) return null
  const spent = payments()
    .filter(({ at }) => at > now - budget.seconds)
    .reduce((sum, { amount }) => sum + amount, 0n)
  return spent >= budget.amount ? 0n : budget.amount - spent
}

/** The limits of one sub-account at this block time. */
export function limitsOf(
  { maxTopUp, budget, cooldown, ledgerReserve }: AutoFundingPolicy,
  id: SubAccountId,
  payments: Payments,
  now: number,
): Limits {
  const own = (): readonly Payment[] => payments.of(id)
  const last = cooldown > 0 ? own().reduce((latest, { at }) => Math.max(latest, at), -Infinity) : -Infinity
  return {
    maxTopUp,
    budgetLeft: budgetLeft(budget, own, now),
    coolingUntil: Number.isFinite(last) ? last + cooldown : 0,
    ledgerReserve,
  }
}

function grouped(payments: readonly Payment[]): Map<string, Payment[]> {
  const groups = new Map<string, Payment[]>()
  for (const payment of payments) {
    const key = keyOf(payment)
    const group = groups.get(key)
    if (group) group.push(payment)
    else groups.set(key, [payment])
  }
  return groups
}
