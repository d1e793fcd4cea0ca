import { demandOf, levelsOf } from '../../machines/auto-funding/auto-funding.levels.ts'
import type { SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import { rowOf } from '../../machines/auto-funding/auto-funding.row.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { BurnRates } from './burn-rates.ts'
import { DEFAULT_BUFFER_MULTIPLIER, usualLevels } from './config/usual-levels.ts'
import type { GasPrice } from './gas-price.ts'
import { gasReserveAt } from './gas-reserve.ts'
import type { Plan } from './plan.ts'

export type WatchingPlanOptions = {
  /** What providers want to see locked, in wei. */
  minLockedBalance: bigint
  burns: Pick<BurnRates, 'of'>
  gas: Pick<GasPrice, 'price'>
  /** For all providers together; null is no limit. Nothing is paid out of it. */
  budget: SpendingWindow | null
}

/** What a broker plans that sends nothing. */
export type WatchingPlans = {
  planAt(position: Position): Plan
  /** Below this a sub-account is low, in wei. */
  readonly required: bigint
}

const NO_LIMITS = { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: 0n }

/**
 * Plans of a broker without a signer: auto-funding is off for every sub-account, so each one holds, at its usual levels. The
 * planner decides the same, with all that policies, limits and dry runs need.
 */
export function createWatchingPlans({ minLockedBalance, burns, gas, budget }: WatchingPlanOptions): WatchingPlans {
  const claim = { minLockedBalance, unsettledFee: 0n, maxUnsettledFee: null }
  const usual = usualLevels(DEFAULT_BUFFER_MULTIPLIER)
  const { required, target } = levelsOf({ minLockedBalance, unsettledFee: 0n, burnRate: null }, usual)

  return {
    required,
    planAt: (position) => ({
      block: position.block,
      position,
      decisions: position.subAccounts.map(({ provider, serviceType }): Decision => {
        const { demand, anomaly } = demandOf({ ...claim, burn: burns.of(keyOf({ provider, serviceType })) })
        const standing = { provider, serviceType, required, target, demand, limits: NO_LIMITS, anomaly }
        return { ...rowOf(position, standing), action: 'hold', reason: 'off' }
      }),
      shortfall: 0n,
      gasReserve: gasReserveAt(position, gas),
      ...(budget && { budgetLeft: budget.amount }),
    }),
  }
}
