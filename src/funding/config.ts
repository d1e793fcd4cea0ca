import type { Levels } from '../../machines/auto-funding/auto-funding.levels.ts'
import { requiredBalance } from '../../machines/auto-funding/auto-funding.levels.ts'
import type { Decision, Sizing } from '../../machines/auto-funding/plan.types.ts'
import type { ReclaimRule } from '../../machines/auto-funding/reclaim.types.ts'
import { USUAL_JUMP, type JumpRule } from '../../machines/auto-funding/anomaly.policy.ts'
import type { FirstDayLimit } from '../../machines/auto-funding/first-day.policy.ts'
import { toWei, type Amount } from '../base/amounts.ts'
import { inMs, LONGEST_WINDOW, toSeconds, type Duration } from '../base/durations.ts'
import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'

const SHORTEST_INTERVAL_MS = 100
const DEFAULT_BUFFER_MULTIPLIER = 2
/** Hysteresis: a top-up fills up to this many times the trigger, so that small charges do not make many payments. */
const DEFAULT_TARGET_FACTOR = 1.5
/** Gas of a payment of 0.1 OG is well under a percent of it. A deployment with a small minimum has small payments. */
const DEFAULT_MIN_TOP_UP = 10n ** 17n
const MIN_TOP_UP_PART = 10n
/** No lock of a refund is shorter, and a provider may settle as late as that. */
const SHORTEST_IDLENESS = 3_600
/** A larger multiplier is a typing error. */
const LARGEST_MULTIPLIER = 1_000_000

/** At most `amount` within any stretch of time as long as `per`. Payments in flight count. */
export type Budget = { amount: Amount; per: Duration }

/** When a sub-account counts as idle, what stays free in it then, and whether a short ledger alone asks. */
export type ReclaimIdle = { after: Duration; keep?: Amount; when?: 'needed' | 'always' }

/** How one sub-account is kept funded. Every limit holds across restarts. Options in `…Ms` take milliseconds or a `Duration`. */
export type AutoFundingConfig = {
  /** How often the position is read at least; the broker's interval where left out. From 100 ms. */
  intervalMs?: number | Duration
  /** `required = unsettledFee + bufferMultiplier × minLockedBalance`; 2 by default, fractions allowed. */
  bufferMultiplier?: number
  /** The locked balance that the provider demands; the network's value by default. */
  minLockedBalance?: Amount
  /**
   * The level that a top-up fills up to: a multiple of `minLockedBalance` (number) or an amount. By default 1.5 times the
   * trigger: `target: 3` with `bufferMultiplier: 2`. As much as the trigger pays exactly what is missing.
   */
  target?: number | Amount
  /** Instead of `target`: top up when less than `trigger` is left at the measured burn rate, to last for `target`. */
  runway?: { trigger: Duration; target: Duration }
  /**
   * What the provider has served and not settled yet, in wei: called before each decision. By default the broker asks an
   * inference provider itself, where the wallet signs without a person; `false` counts no fee.
   */
  unsettledFee?: false | (() => bigint | Promise<bigint>)
  /**
   * A larger claim of the provider holds its top-ups. By default the largest of 10 × the minimum, the last hour's burn, and
   * what its prices on the chain explain: five of the largest requests, 120 OG at most.
   */
  maxUnsettledFee?: Amount
  /**
   * Holds a jump of the burn: a last hour of more than `factor` times the usual burn, until settlements prove it or
   * `forMs` are over. `'off'` holds none; by default 10 times, and ten minutes at most. A budget or `approve` overrules it.
   */
  anomaly?: 'off' | { factor: number; forMs: number | Duration }
  /**
   * The most that a new provider gets within a day, until a day after its first charge. By default 50 × `minLockedBalance`, or
   * twice the target where that is more; `'off'` for no such limit. `approve` overrules it.
   */
  firstDay?: Amount
  /** The most that one top-up sends. */
  maxTopUp?: Amount
  /** The most that this provider gets in a rolling window. */
  budget?: Budget
  /**
   * A top-up sends at least this, where limits and ledger allow it: fewer and larger payments. By default 0.1 OG, or a tenth
   * of `minLockedBalance` where that is less.
   */
  minTopUp?: Amount
  /** Every top-up is a multiple of this. */
  step?: Amount
  /** A top-up is so large that its gas is at most this part of it (0.01: one percent), where limits and ledger allow it. */
  maxGasShare?: number
  /** Holds where limits or ledger allow a part alone; `false` by default: the part is sent. */
  allOrNothing?: boolean
  /** What must stay in the ledger. `soft`: it is given up once the sub-account is at or below the provider's minimum. */
  ledgerReserve?: Amount | { amount: Amount; soft: boolean }
  /** The least time between two top-ups; at most 31 days. */
  cooldownMs?: number | Duration
  /** While a refund is pending: `hold` leaves it alone, `reuse` tops up from it first. `hold` by default. */
  onPendingRefund?: 'hold' | 'reuse'
  /**
   * Auto-claims refunds whose lock is over. What is available stays available, except for the seconds between the two
   * transactions. A refund that is worth less than its gas stays, unless it keeps a top-up waiting. Off by default; for every
   * sub-account: `BrokerOptions`.
   */
  autoClaim?: boolean
  /**
   * Idle money: a sub-account that nothing charged, paid or asked for so long gives what is free there, beyond `keep`, back to
   * the ledger, and is topped up again once something uses it. Its refund is claimed as with `autoClaim`. `needed` (by default)
   * asks while the ledger lacks money for what is due, `always` at once. What is not known counts as use. Off by default.
   */
  reclaimIdle?: ReclaimIdle
  /**
   * Called before each top-up; `false` refuses it. An approved amount is sent only where a plan on a new reading still
   * wants as much. The signal aborts once no answer is needed any more.
   */
  approve?: (decision: Decision, signal: AbortSignal) => boolean | Promise<boolean>
  /** How long `approve` may take; after that it is called anew, with what is missing by then. 1 hour by default. */
  approvalTimeoutMs?: number | Duration
  /** When the ledger runs short, higher priorities are funded first; 0 by default. */
  priority?: number
  /** Pays the provider also while it offers no such service; `false` by default: auto-funding holds then. */
  force?: boolean
}

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

const names: Readonly<Record<keyof AutoFundingConfig, true>> = {
  intervalMs: true,
  bufferMultiplier: true,
  minLockedBalance: true,
  target: true,
  runway: true,
  unsettledFee: true,
  maxUnsettledFee: true,
  anomaly: true,
  firstDay: true,
  maxTopUp: true,
  budget: true,
  minTopUp: true,
  step: true,
  maxGasShare: true,
  allOrNothing: true,
  ledgerReserve: true,
  cooldownMs: true,
  onPendingRefund: true,
  autoClaim: true,
  reclaimIdle: true,
  approve: true,
  approvalTimeoutMs: true,
  priority: true,
  force: true,
}

/** A misspelt limit would not be a limit. */
function checkNames(config: AutoFundingConfig): void {
  const unknown = Object.keys(config).filter((name) => !Object.hasOwn(names, name))
  check(unknown.length === 0, 'There is no such option of auto-funding.', {
    option: unknown.join(', '),
    known: Object.keys(names).join(', '),
  })
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
  const { bufferMultiplier = DEFAULT_BUFFER_MULTIPLIER, priority = 0, unsettledFee, force = false } = config
  const { onPendingRefund = 'hold', autoClaim = false, approve } = config
  const minLockedBalance = optional(config.minLockedBalance, 'minLockedBalance') ?? networkMinimum
  checkNames(config)
  const { intervalMs, cooldownMs = 0, approvalTimeoutMs = 3_600_000 } = inMs(config)
  if (intervalMs !== undefined) checkIntervalMs(intervalMs)
  checkMultiplier(bufferMultiplier, 'bufferMultiplier')
  check(Number.isFinite(priority), 'priority is a number.', { priority: String(priority) })
  check(
    unsettledFee === undefined || unsettledFee === false || typeof unsettledFee === 'function',
    'unsettledFee is a function that gives wei, or false.',
    { unsettledFee: typeof unsettledFee },
  )
  check(onPendingRefund === 'hold' || onPendingRefund === 'reuse', 'onPendingRefund is "hold" or "reuse".', {
    onPendingRefund: JSON.stringify(onPendingRefund),
  })
  check(Number.isFinite(cooldownMs) && cooldownMs >= 0, 'cooldownMs is milliseconds from 0 up.', {
    cooldownMs: String(cooldownMs),
  })
  check(typeof autoClaim === 'boolean', 'autoClaim is true or false.', { autoClaim: String(autoClaim) })
  check(typeof force === 'boolean', 'force is true or false.', { force: String(force) })
  check(cooldownMs <= LONGEST_WINDOW * 1_000, 'A cooldown lasts at most 31 days.', { cooldownMs: String(cooldownMs) })
  check(approvalTimeoutMs >= 1_000, 'approvalTimeoutMs is milliseconds from 1000 up.', {
    approvalTimeoutMs: String(approvalTimeoutMs),
  })
  check(approve === undefined || typeof approve === 'function', 'approve is a function.', { approve: typeof approve })
  return {
    intervalMs: intervalMs ?? null,
    priority,
    minLockedBalance,
    levels: levelsIn(config, bufferMultiplier, minLockedBalance),
    unsettledFee: unsettledFee === false ? null : (unsettledFee ?? 'provider'),
    maxUnsettledFee: optional(config.maxUnsettledFee, 'maxUnsettledFee'),
    jump: jumpIn(config),
    firstDay: firstDayIn(config),
    maxTopUp: positive(optional(config.maxTopUp, 'maxTopUp'), 'maxTopUp'),
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

function firstDayIn({ firstDay }: AutoFundingConfig): FirstDayLimit {
  if (firstDay === undefined) return 'usual'
  check(firstDay === 'off' || typeof firstDay !== 'string' || /^\d/.test(firstDay), 'firstDay is "off" or an amount.', {
    firstDay: describeValue(firstDay),
  })
  return firstDay === 'off' ? null : positive(toWei(firstDay, 'firstDay'), 'firstDay')
}

function jumpIn({ anomaly }: AutoFundingConfig): JumpRule {
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

/** @throws InvalidInputError for a rule that cannot work, TypeError for an amount that is a number */
export function toReclaimRule(reclaimIdle: ReclaimIdle | undefined): ReclaimRule | null {
  if (reclaimIdle === undefined) return null
  const sentence = 'reclaimIdle is { after, keep, when }.'
  check(typeof reclaimIdle === 'object' && reclaimIdle !== null, sentence, { reclaimIdle: describeValue(reclaimIdle) })
  const { after, keep, when = 'needed', ...others } = reclaimIdle
  check(Object.keys(others).length === 0, sentence, { 'not known': Object.keys(others).join(', ') })
  check(when === 'needed' || when === 'always', 'when of reclaimIdle is "needed" or "always".', {
    when: describeValue(when),
  })
  const seconds = toSeconds(after, 'reclaimIdle.after')
  check(seconds >= SHORTEST_IDLENESS && seconds <= LONGEST_WINDOW, 'after of reclaimIdle is from 1h to 31d.', { after })
  return { after: seconds, keep: optional(keep, 'reclaimIdle.keep') ?? 0n, when }
}

function sizingIn(
  { minTopUp, step, maxGasShare, allOrNothing = false, maxTopUp }: AutoFundingConfig,
  minLockedBalance: bigint,
): Sizing {
  const multiple = positive(optional(step, 'step'), 'step')
  const most = optional(maxTopUp, 'maxTopUp')
  check(multiple === null || most === null || multiple <= most, 'One step is more than one top-up may send.', {
    step: String(step),
    maxTopUp: String(maxTopUp),
  })
  check(
    maxGasShare === undefined || (Number.isFinite(maxGasShare) && maxGasShare >= 1e-6 && maxGasShare <= 1),
    'maxGasShare is a part from 0.000001 to 1, such as 0.01.',
    { maxGasShare: String(maxGasShare) },
  )
  check(typeof allOrNothing === 'boolean', 'allOrNothing is true or false.', { allOrNothing: String(allOrNothing) })
  return {
    minTopUp: optional(minTopUp, 'minTopUp') ?? least(DEFAULT_MIN_TOP_UP, minLockedBalance / MIN_TOP_UP_PART),
    step: multiple,
    maxGasShare: maxGasShare === undefined ? null : BigInt(Math.floor(maxGasShare * 1_000_000)),
    allOrNothing,
  }
}

function reserveIn({ ledgerReserve }: AutoFundingConfig): Pick<AutoFundingPolicy, 'ledgerReserve' | 'reserveIsSoft'> {
  if (typeof ledgerReserve !== 'object' || ledgerReserve === null)
    return { ledgerReserve: optional(ledgerReserve, 'ledgerReserve') ?? 0n, reserveIsSoft: false }
  const { amount, soft, ...others } = ledgerReserve
  check(Object.keys(others).length === 0, 'A ledgerReserve is { amount, soft }.', {
    ledgerReserve: Object.keys(ledgerReserve).join(', '),
  })
  check(typeof soft === 'boolean', 'soft of ledgerReserve is true or false.', { soft: String(soft) })
  return { ledgerReserve: toWei(amount, 'ledgerReserve.amount'), reserveIsSoft: soft }
}

/** @throws InvalidInputError for a budget without an amount or for a window that is longer than payments are kept */
export function toBudget(budget: Budget | undefined): { amount: bigint; seconds: number } | null {
  if (budget === undefined) return null
  refuseUnknown('budget', budget, ['amount', 'per'])
  const amount = positive(toWei(budget.amount, 'budget.amount'), 'budget.amount') ?? 0n
  const seconds = toSeconds(budget.per, 'budget.per')
  check(seconds <= LONGEST_WINDOW, 'A budget looks back at most 31 days.', { 'budget.per': budget.per })
  return { amount, seconds }
}

/** @throws InvalidInputError for an interval that is no number or under 100 ms */
export function checkIntervalMs(intervalMs: number): void {
  check(
    Number.isFinite(intervalMs) && intervalMs >= SHORTEST_INTERVAL_MS && intervalMs <= 2 ** 31 - 1,
    'intervalMs is milliseconds from 100 up.',
    { intervalMs: String(intervalMs), expected: `${SHORTEST_INTERVAL_MS} to ${2 ** 31 - 1}` },
  )
}

function levelsIn({ target, runway }: AutoFundingConfig, bufferMultiplier: number, minLockedBalance: bigint): Levels {
  check(target === undefined || runway === undefined, 'Either target or runway, not both.', {})
  if (runway !== undefined) {
    refuseUnknown('runway', runway, ['trigger', 'target'])
    const seconds = {
      trigger: toSeconds(runway.trigger, 'runway.trigger'),
      target: toSeconds(runway.target, 'runway.target'),
    }
    check(seconds.target >= seconds.trigger, 'The target lies below the trigger.', runway)
    return { bufferMultiplier, runway: seconds }
  }
  if (target === undefined) return { bufferMultiplier, target: { multiplier: usualTarget(bufferMultiplier) } }
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
  check(amount >= trigger, 'The target lies below the trigger.', { target: `${amount} wei`, trigger: `${trigger} wei` })
  return { bufferMultiplier, target: { amount } }
}

/** In fifteen digits, as 1.5 × 1.1 is 1.65. */
function usualTarget(bufferMultiplier: number): number {
  return Number((DEFAULT_TARGET_FACTOR * bufferMultiplier).toPrecision(15))
}

function checkMultiplier(value: number, name: string): void {
  check(Number.isFinite(value) && value > 0 && value <= LARGEST_MULTIPLIER, `${name} is a number above 0.`, {
    [name]: String(value),
    expected: `more than 0, at most ${LARGEST_MULTIPLIER}`,
  })
}

function refuseUnknown(name: string, value: object, known: readonly string[]): void {
  const unknown = Object.keys(value).filter((one) => !known.includes(one))
  check(unknown.length === 0, `${name} is { ${known.join(', ')} }.`, { 'not known': unknown.join(', ') })
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function optional(amount: Amount | undefined, name: string): bigint | null {
  return amount === undefined ? null : toWei(amount, name)
}

function positive(amount: bigint | null, name: string): bigint | null {
  check(amount === null || amount > 0n, `${name} is more than nothing.`, { [name]: '0' })
  return amount
}

function check(holds: boolean, sentence: string, facts: Record<string, string>): void {
  if (!holds) throw new InvalidInputError(sentence, facts)
}
