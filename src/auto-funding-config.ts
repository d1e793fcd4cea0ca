import { requiredBalance } from '../machines/auto-funding/auto-funding.policy.ts'
import { toWei, type Amount } from './amounts.ts'
import { InvalidInputError } from './errors.ts'

export const SHORTEST_INTERVAL_MS = 100
const DEFAULT_BUFFER_MULTIPLIER = 2
/** Beyond this a multiplier is a slip of the pen. */
const LARGEST_MULTIPLIER = 1_000_000

/** How one sub-account is kept funded. */
export type AutoFundingConfig = {
  /** How often the position is read at least; the broker's interval where left out. From 100 ms. */
  intervalMs?: number
  /** `required = unsettledFee + bufferMultiplier × minLockedBalance`; 2 by default, fractions allowed. */
  bufferMultiplier?: number
  /** What the provider wants to see locked; the network's value by default. */
  minLockedBalance?: Amount
  /** What the provider has served and not charged yet, in wei: asked before each decision. 0 by default. */
  unsettledFee?: false | (() => bigint | Promise<bigint>)
  /** Whom to fund first when the ledger runs short: higher first, 0 by default. */
  priority?: number
}

export type AutoFundingPolicy = {
  intervalMs: number | null
  priority: number
  unsettledFee: (() => bigint | Promise<bigint>) | null
  required(unsettledFee: bigint): bigint
}

/**
 * Checks a config at the call, before anything depends on it.
 *
 * @throws InvalidInputError for what cannot work, TypeError for an amount that is a number
 */
export function toPolicy(config: AutoFundingConfig, networkMinimum: bigint): AutoFundingPolicy {
  const { intervalMs, bufferMultiplier = DEFAULT_BUFFER_MULTIPLIER, priority = 0, unsettledFee = false } = config
  const minLockedBalance =
    config.minLockedBalance === undefined ? networkMinimum : toWei(config.minLockedBalance, 'minLockedBalance')
  if (intervalMs !== undefined) checkIntervalMs(intervalMs)
  if (!(Number.isFinite(bufferMultiplier) && bufferMultiplier > 0 && bufferMultiplier <= LARGEST_MULTIPLIER))
    throw new InvalidInputError('bufferMultiplier is a number above 0.', {
      bufferMultiplier: String(bufferMultiplier),
      expected: `more than 0, at most ${LARGEST_MULTIPLIER}`,
    })
  if (!Number.isFinite(priority)) throw new InvalidInputError('priority is a number.', { priority: String(priority) })
  if (unsettledFee !== false && typeof unsettledFee !== 'function')
    throw new InvalidInputError('unsettledFee is a function that gives wei, or false.', {
      unsettledFee: typeof unsettledFee,
    })
  return {
    intervalMs: intervalMs ?? null,
    priority,
    unsettledFee: unsettledFee === false ? null : unsettledFee,
    required: (fee) => requiredBalance({ unsettledFee: fee, bufferMultiplier, minLockedBalance }),
  }
}

/** @throws InvalidInputError for an interval that is no number or under 100 ms */
export function checkIntervalMs(intervalMs: number): void {
  if (Number.isFinite(intervalMs) && intervalMs >= SHORTEST_INTERVAL_MS && intervalMs <= 2 ** 31 - 1) return
  throw new InvalidInputError('intervalMs is milliseconds from 100 up.', {
    intervalMs: String(intervalMs),
    expected: `${SHORTEST_INTERVAL_MS} to ${2 ** 31 - 1}`,
  })
}
