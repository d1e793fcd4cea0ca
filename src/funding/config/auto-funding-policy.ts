import type { JumpRule } from '../../../machines/auto-funding/anomaly.policy.ts'
import type { Levels } from '../../../machines/auto-funding/auto-funding.levels.ts'
import type { FirstDayLimit } from '../../../machines/auto-funding/first-day.policy.ts'
import type { Sizing } from '../../../machines/auto-funding/plan.types.ts'
import type { ReclaimRule } from '../../../machines/auto-funding/reclaim.types.ts'
import { describeValue } from '../../base/describe-value.ts'
import { inMs, LONGEST_WINDOW } from '../../base/durations.ts'
import { jumpIn } from './anomaly.ts'
import { checkNames, type AutoFundingConfig } from './auto-funding-config.ts'
import { toBudget } from './budget.ts'
import { check, checkIntervalMs, checkMultiplier, optionalAmount, optionalPositive } from './checks.ts'
import { firstDayIn, reserveIn } from './limits.ts'
import { levelsIn } from './levels.ts'
import { toReclaimRule } from './reclaim.ts'
import { sizingIn } from './sizing.ts'
import { DEFAULT_BUFFER_MULTIPLIER } from './usual-levels.ts'

/** What a config comes to, with its defaults: amounts in wei, times in seconds but for `intervalMs`. */
export type AutoFundingPolicy = {
  intervalMs: number | null
  priority: number
  minLockedBalance: bigint
  levels: Levels
  unsettledFee: (() => bigint | Promise<bigint>) | 'provider' | null
  maxUnsettledFee: bigint | null
  jump: JumpRule
  firstDay: FirstDayLimit
  maxTopUp: bigint | null
  budget: { amount: bigint; seconds: number } | null
  sizing: Sizing
  ledgerReserve: bigint
  reserveIsSoft: boolean
  cooldown: number
  onPendingRefund: 'hold' | 'reuse'
  autoClaim: boolean
  /** Null where idle money is never asked back. */
  reclaim: ReclaimRule | null
  approve: AutoFundingConfig['approve'] | null
  /** In seconds. */
  approvalTimeout: number
  force: boolean
}

/**
 * Checks a config at the call, before anything depends on it, and fills in its defaults.
 *
 * @param networkMinimum what providers want to see locked where the config does not say: `broker.minLockedBalance`
 * @throws InvalidInputError for what cannot work, TypeError for an amount that is a number
 *
 * @example
 * const { levels, maxTopUp } = toPolicy({ maxTopUp: '5', target: 3 }, broker.minLockedBalance)
 * show(levels, maxTopUp)
 */
export function toPolicy(config: AutoFundingConfig, networkMinimum: bigint): AutoFundingPolicy {
  checkNames(config)
  const { bufferMultiplier = DEFAULT_BUFFER_MULTIPLIER, priority = 0, unsettledFee, force = false } = config
  const { onPendingRefund = 'hold', autoClaim = false, approve } = config
  const minLockedBalance = optionalAmount(config.minLockedBalance, 'minLockedBalance') ?? networkMinimum
  const { intervalMs, cooldownMs = 0, approvalTimeoutMs = 3_600_000 } = inMs(config)
  if (intervalMs !== undefined) checkIntervalMs(intervalMs)
  checkMultiplier(bufferMultiplier, 'bufferMultiplier')
  check(Number.isFinite(priority), 'priority is a number.', { priority: describeValue(priority) })
  check(
    unsettledFee === undefined || unsettledFee === false || typeof unsettledFee === 'function',
    'unsettledFee is a function that gives wei, or false.',
    { unsettledFee: describeValue(unsettledFee) },
  )
  check(onPendingRefund === 'hold' || onPendingRefund === 'reuse', 'onPendingRefund is "hold" or "reuse".', {
    onPendingRefund: describeValue(onPendingRefund),
  })
  check(Number.isFinite(cooldownMs) && cooldownMs >= 0, 'cooldownMs is milliseconds from 0 up.', {
    cooldownMs: describeValue(cooldownMs),
  })
  check(typeof autoClaim === 'boolean', 'autoClaim is true or false.', { autoClaim: describeValue(autoClaim) })
  check(typeof force === 'boolean', 'force is true or false.', { force: describeValue(force) })
  check(cooldownMs <= LONGEST_WINDOW * 1_000, 'A cooldown lasts at most 31 days.', { cooldownMs: String(cooldownMs) })
  check(approvalTimeoutMs >= 1_000, 'approvalTimeoutMs is milliseconds from 1000 up.', {
    approvalTimeoutMs: String(approvalTimeoutMs),
  })
  check(approve === undefined || typeof approve === 'function', 'approve is a function.', {
    approve: describeValue(approve),
  })
  return {
    intervalMs: intervalMs ?? null,
    priority,
    minLockedBalance,
    levels: levelsIn(config, bufferMultiplier, minLockedBalance),
    unsettledFee: unsettledFee === false ? null : (unsettledFee ?? 'provider'),
    maxUnsettledFee: optionalAmount(config.maxUnsettledFee, 'maxUnsettledFee'),
    jump: jumpIn(config),
    firstDay: firstDayIn(config),
    maxTopUp: optionalPositive(config.maxTopUp, 'maxTopUp'),
    budget: toBudget(config.budget),
    sizing: sizingIn(config, minLockedBalance),
    ...reserveIn(config),
    cooldown: cooldownMs / 1_000,
    onPendingRefund,
    autoClaim,
    reclaim: toReclaimRule(config.reclaimIdle),
    approve: approve ?? null,
    approvalTimeout: approvalTimeoutMs / 1_000,
    force,
  }
}
