import { USUAL_JUMP, type JumpRule } from '../../../machines/auto-funding/anomaly.policy.ts'
import { describeValue } from '../../base/describe-value.ts'
import { inMs } from '../../base/durations.ts'
import type { AutoFundingConfig } from './auto-funding-config.ts'
import { check, LARGEST_MULTIPLIER } from './checks.ts'

/** Which jump of the burn holds the top-ups of a provider, and for how long. */
export function jumpIn({ anomaly }: AutoFundingConfig): JumpRule {
  if (anomaly === undefined) return USUAL_JUMP
  if (anomaly === 'off') return null
  const sentence = 'anomaly is "off" or { factor, forMs }.'
  check(typeof anomaly === 'object' && anomaly !== null, sentence, { anomaly: describeValue(anomaly) })
  const { factor, forMs, ...others } = inMs(anomaly, 'anomaly')
  check(Object.keys(others).length === 0, sentence, { 'not known': Object.keys(others).join(', ') })
  check(
    Number.isFinite(factor) && factor > 1 && factor <= LARGEST_MULTIPLIER,
    'factor of anomaly is a number above 1.',
    {
      factor: describeValue(factor),
    },
  )
  check(Number.isFinite(forMs) && forMs >= 0, 'forMs of anomaly is milliseconds from 0 up.', {
    forMs: describeValue(forMs),
  })
  return { factor, seconds: forMs / 1_000 }
}
