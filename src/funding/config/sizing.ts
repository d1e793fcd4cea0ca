import type { Sizing } from '../../../machines/auto-funding/plan.types.ts'
import { min } from '../../../machines/wei.ts'
import { describeValue } from '../../base/describe-value.ts'
import type { AutoFundingConfig } from './auto-funding-config.ts'
import { check, optionalAmount, optionalPositive } from './checks.ts'

/** Gas of a payment of 0.1 OG is well under a percent of it. A deployment with a small minimum has small payments. */
const DEFAULT_MIN_TOP_UP = 10n ** 17n
const MIN_TOP_UP_PART = 10n

/** How large a top-up is within its limits: the least, the step, and the share that its gas may have. */
export function sizingIn(
  { minTopUp, step, maxGasShare, allOrNothing = false, maxTopUp }: AutoFundingConfig,
  minLockedBalance: bigint,
): Sizing {
  const multiple = optionalPositive(step, 'step')
  const most = optionalAmount(maxTopUp, 'maxTopUp')
  check(multiple === null || most === null || multiple <= most, 'One step is more than one top-up may send.', {
    step: String(step),
    maxTopUp: String(maxTopUp),
  })
  check(
    maxGasShare === undefined || (Number.isFinite(maxGasShare) && maxGasShare >= 1e-6 && maxGasShare <= 1),
    'maxGasShare is a part from 0.000001 to 1, such as 0.01.',
    { maxGasShare: describeValue(maxGasShare) },
  )
  check(typeof allOrNothing === 'boolean', 'allOrNothing is true or false.', {
    allOrNothing: describeValue(allOrNothing),
  })
  return {
    minTopUp: optionalAmount(minTopUp, 'minTopUp') ?? min(DEFAULT_MIN_TOP_UP, minLockedBalance / MIN_TOP_UP_PART),
    step: multiple,
    maxGasShare: maxGasShare === undefined ? null : BigInt(Math.floor(maxGasShare * 1_000_000)),
    allOrNothing,
  }
}
