import { max } from '../wei.ts'
import { levelsOf, type Levels } from './auto-funding.levels.ts'

/** A provider is new until a day after its first charge, in seconds; what it got in the last day counts. */
export const FIRST_DAY = 86_400

/** So many times its minimum a new provider gets by default: 50 OG on mainnet. */
const MULTIPLE = 50n
/** A larger target is the user's own wish: the default leaves room to fill it twice. */
const FILLS = 2n

/** What the limit of a new provider allows. Amounts in wei, times in seconds of block time. */
export type FirstDay = {
  limit: bigint
  /** What was given in the last day, in flight or mined. */
  given: bigint
  /** When the limit ends; null before the first charge: a day after it. */
  until: number | null
  /** The option of auto-funding that sets the limit. */
  option: 'firstDay'
}

/** A limit as a policy sets it, in wei; null for none. */
export type FirstDayLimit = bigint | 'usual' | null

/**
 * The most that a new provider is given within a day, in wei: by default 50 × its minimum, or twice what a top-up fills up to
 * where that is more, and never less than the contract takes for a new sub-account. Its prices do not count: a provider sets
 * them itself.
 *
 * @param minTransfer the least that opens a sub-account, in wei; null where the contract knows no minimum
 *
 * @example
 * show(firstDayLimit({ firstDay: 'usual', minLockedBalance: 10n ** 18n, levels: { bufferMultiplier: 2 } }, null))
 */
export function firstDayLimit(
  { firstDay, minLockedBalance, levels }: { firstDay: FirstDayLimit; minLockedBalance: bigint; levels: Levels },
  minTransfer: bigint | null,
): bigint | null {
  if (firstDay !== 'usual') return firstDay
  const { target } = levelsOf({ minLockedBalance, unsettledFee: 0n, burnRate: null }, levels)
  return max(MULTIPLE * minLockedBalance, FILLS * target, minTransfer ?? 0n)
}

/**
 * The limit of a provider at a block time; null where it has none, or is not new any more. New is a provider without a
 * charge that is older than a day.
 *
 * @param known.firstCharge block time of its oldest known charge; null without one
 * @param known.payments what was sent to it; called only for a new provider
 *
 * @example
 * show(firstDayOf(50n, { firstCharge: null, payments: () => [], now: 100_000 }))
 */
export function firstDayOf(
  limit: bigint | null,
  {
    firstCharge,
    payments,
    now,
  }: { firstCharge: number | null; payments: () => readonly { amount: bigint; at: number }[]; now: number },
): FirstDay | null {
  const until = firstCharge === null ? null : firstCharge + FIRST_DAY
  if (limit === null || (until !== null && now >= until)) return null
  const given = payments()
    .filter(({ at }) => at > now - FIRST_DAY)
    .reduce((sum, { amount }) => sum + amount, 0n)
  return { limit, given, until, option: 'firstDay' }
}

/**
 * What the limit of a new provider leaves, in wei.
 *
 * @example
 * firstDayLeft({ limit: 50n, given: 20n, until: null, option: 'firstDay' }) // 30n
 */
export const firstDayLeft = ({ limit, given }: FirstDay): bigint => (given < limit ? limit - given : 0n)
