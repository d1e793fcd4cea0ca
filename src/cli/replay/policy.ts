import { demandOf, levelsOf, type Burn, type Levels, type PlanInput, type Standing } from '../../../machines/index.ts'
import type { Budget, Position, ServiceType } from '../../index.ts'
import type { PlanConditions } from './plan-conditions.ts'
import { secondsOf } from '../config/fields.ts'
import type { FundingConfig } from '../config/file.ts'
import { weiOf, type Terms } from '../config/terms.ts'
import { keyOf, positive, sum } from './movements.ts'

/** What live providers want to see locked, where a recording does not say. */
const USUAL_MINIMUM = 10n ** 18n

export type Kept = { provider: string; serviceType: ServiceType; terms: Terms }
/** A top-up that the policy decided on, and when, in seconds of block time. */
export type Payment = { key: string; amount: bigint; at: number }

/** Whom the policy keeps funded: those that it names, or else everybody in the recording. */
export function keptBy({ providers, defaults }: FundingConfig, recorded: readonly Position[]): Kept[] {
  if (providers) return providers.map(({ provider, service, terms }) => ({ provider, serviceType: service, terms }))
  const all = recorded.flatMap(({ subAccounts }) => subAccounts)
  return [...new Map(all.map((one) => [keyOf(one), one])).values()].map(({ provider, serviceType }) => ({
    provider,
    serviceType,
    terms: defaults,
  }))
}

export function minimumOf({ minLockedBalance }: Terms, recorded: PlanConditions): bigint {
  return minLockedBalance === undefined ? (recorded.minLockedBalance ?? USUAL_MINIMUM) : weiOf(minLockedBalance)
}

export const reserveOf = ({ terms }: Kept): bigint => weiOf(terms.ledgerReserve ?? '0')

export type Known = { burn: Burn; payments: readonly Payment[]; now: number; recorded: PlanConditions }

/** What machines' plan wants to know of one sub-account, as the broker would tell it. */
export function standingOf(kept: Kept, { burn, payments, now, recorded }: Known): Standing {
  const { provider, serviceType, terms } = kept
  const own = payments.filter(({ key }) => key === keyOf(kept))
  const { demand, anomaly } = demandOf({
    minLockedBalance: minimumOf(terms, recorded),
    unsettledFee: terms.unsettledFee === false ? 0n : (recorded.unsettledFees?.[keyOf(kept)] ?? 0n),
    maxUnsettledFee: terms.maxUnsettledFee === undefined ? null : weiOf(terms.maxUnsettledFee),
    burn,
  })
  const last = own.reduce((latest, { at }) => Math.max(latest, at), -Infinity)
  const { cooldownMs = 0, maxTopUp } = terms
  return {
    provider,
    serviceType,
    mode: 'on',
    ...levelsOf(demand, levelsIn(terms)),
    demand,
    priority: terms.priority ?? 0,
    limits: {
      maxTopUp: maxTopUp === undefined ? null : weiOf(maxTopUp),
      budgetLeft: budgetLeft(terms.budget, own, now),
      coolingUntil: cooldownMs > 0 && Number.isFinite(last) ? last + cooldownMs / 1_000 : 0,
      ledgerReserve: reserveOf(kept),
    },
    onPendingRefund: terms.onPendingRefund ?? 'hold',
    needsApproval: false,
    registered: true,
    anomaly,
    inFlight: false,
    unresolved: false,
    settledFrom: null,
    failure: null,
  }
}

/** The rest of what plan wants: nothing is on its way. */
export function restOf({ minTransfer, gasReserve }: PlanConditions) {
  const rest = { inFlightFromLedger: 0n, minTransfer, gasReserve: gasReserve ?? 0n, isStale: false }
  return rest satisfies Partial<PlanInput>
}

export function budgetLeft(budget: Budget | undefined, payments: readonly Payment[], now: number): bigint | null {
  if (!budget) return null
  const since = now - secondsOf(budget.per)
  return positive(weiOf(budget.amount) - sum(payments.filter(({ at }) => at > since).map(({ amount }) => amount)))
}

function levelsIn({ bufferMultiplier = 2, target, runway }: Terms): Levels {
  return {
    bufferMultiplier,
    ...(target !== undefined && {
      target: typeof target === 'number' ? { multiplier: target } : { amount: weiOf(target) },
    }),
    ...(runway && { runway: { trigger: secondsOf(runway.trigger), target: secondsOf(runway.target) } }),
  }
}
