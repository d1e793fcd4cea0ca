import { levelsOf, type Burn, type Levels, type PlanInput, type Standing } from '../../machines/index.ts'
import type { Budget, Position, ServiceType } from '../index.ts'
import { secondsOf } from './config-fields.ts'
import type { FundingConfig } from './config-file.ts'
import { weiOf, type Terms } from './config-terms.ts'
import { keyOf, positive, sum } from './replay-moves.ts'

/** What live providers want to see locked; a recording does not say. */
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

export const minimumOf = ({ minLockedBalance }: Terms): bigint =>
  minLockedBalance === undefined ? USUAL_MINIMUM : weiOf(minLockedBalance)

export const reserveOf = ({ terms }: Kept): bigint => weiOf(terms.ledgerReserve ?? '0')

/** What machines' plan wants to know of one sub-account, as the broker would tell it. */
export function standingOf(kept: Kept, burn: Burn, payments: readonly Payment[], now: number): Standing {
  const { provider, serviceType, terms } = kept
  const own = payments.filter(({ key }) => key === keyOf(kept))
  const demand = { minLockedBalance: minimumOf(terms), unsettledFee: 0n, burnRate: burn.rate }
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
    registered: null,
    anomaly: burn.jumped,
    inFlight: false,
    unresolved: false,
    settledFrom: null,
    failure: null,
  }
}

/** The rest of what plan wants: nothing is on its way, and what gas costs is not recorded. */
export const circumstances = {
  inFlightFromLedger: 0n,
  minTransfer: null,
  gasReserve: 0n,
  isStale: false,
} satisfies Partial<PlanInput>

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
