import { requiredBalance, type Levels } from '../../../machines/auto-funding/auto-funding.levels.ts'
import { toWei, weiToOg } from '../../base/amounts.ts'
import { toSeconds, type Duration } from '../../base/durations.ts'
import type { AutoFundingConfig } from './auto-funding-config.ts'
import { check, checkFields, checkMultiplier } from './checks.ts'
import { usualLevels } from './usual-levels.ts'

/** When auto-funding tops up, and the level that it fills up to. */
export function levelsIn(
  { target, runway }: AutoFundingConfig,
  bufferMultiplier: number,
  minLockedBalance: bigint,
): Levels {
  check(target === undefined || runway === undefined, 'Either target or runway, not both.', {})
  if (runway !== undefined) {
    checkFields('runway', runway, ['trigger', 'target'])
    const seconds = runwaySeconds(runway)
    check(seconds.target >= seconds.trigger, 'The target lies below the trigger.', runway)
    return { bufferMultiplier, runway: seconds }
  }
  if (target === undefined) return usualLevels(bufferMultiplier)
  if (typeof target === 'number') {
    checkMultiplier(target, 'target')
    check(target >= bufferMultiplier, 'The target lies below the trigger.', {
      target: `${target} × the minimum`,
      trigger: `${bufferMultiplier} × the minimum`,
    })
    return { bufferMultiplier, target: { multiplier: target } }
  }
  const amount = toWei(target, 'target')
  const trigger = requiredBalance({ unsettledFee: 0n, bufferMultiplier, minLockedBalance })
  check(amount >= trigger, 'The target lies below the trigger.', {
    target: `${weiToOg(amount)} OG`,
    trigger: `${weiToOg(trigger)} OG`,
  })
  return { bufferMultiplier, target: { amount } }
}

/** A runway in seconds: below `trigger` the broker pays, so that `target` is left. */
export function runwaySeconds(runway: { trigger: Duration; target: Duration }): { trigger: number; target: number } {
  return {
    trigger: toSeconds(runway.trigger, 'runway.trigger'),
    target: toSeconds(runway.target, 'runway.target'),
  }
}
