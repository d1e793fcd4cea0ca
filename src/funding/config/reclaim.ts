import type { ReclaimRule } from '../../../machines/auto-funding/reclaim.types.ts'
import type { Amount } from '../../base/amounts.ts'
import { describeValue } from '../../base/describe-value.ts'
import { LONGEST_WINDOW, toSeconds, type Duration } from '../../base/durations.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { check, checkFields, optionalAmount } from './checks.ts'

/** No lock of a refund is shorter, and a provider may settle as late as that. */
const SHORTEST_IDLENESS = 3_600

/** When a sub-account counts as idle, what stays free in it then, and whether a short ledger alone asks. */
export type ReclaimIdle = { after: Duration; keep?: Amount; when?: 'needed' | 'always' }

/** @throws InvalidInputError for a rule that cannot work, TypeError for an amount that is a number */
export function toReclaimRule(reclaimIdle: ReclaimIdle | undefined): ReclaimRule | null {
  if (reclaimIdle === undefined) return null
  checkFields('reclaimIdle', reclaimIdle, ['after', 'keep', 'when'])
  const { after, keep, when = 'needed' } = reclaimIdle
  check(when === 'needed' || when === 'always', 'when of reclaimIdle is "needed" or "always".', {
    when: describeValue(when),
  })
  const seconds = toSeconds(after, 'reclaimIdle.after')
  check(seconds >= SHORTEST_IDLENESS && seconds <= LONGEST_WINDOW, 'after of reclaimIdle is from 1h to 31d.', { after })
  return { after: seconds, keep: optionalAmount(keep, 'reclaimIdle.keep') ?? 0n, when }
}

/**
 * A provider may settle as late as the lock of a refund ends: without a charge for less than that it is no idle one.
 *
 * @param lock of a refund, in seconds
 * @throws InvalidInputError for a rule that calls a sub-account idle before that
 */
export function checkIdleness({ provider }: { provider: string }, rule: ReclaimRule | null, lock: number): void {
  if (!rule || rule.after >= lock) return
  throw new InvalidInputError('after of reclaimIdle is at least as long as the lock of a refund.', {
    provider,
    after: `${rule.after} s`,
    lock: `${lock} s`,
  })
}
