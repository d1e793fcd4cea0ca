import type { InMs } from '../../base/durations.ts'
import type { AutoFundingConfig } from '../../index.ts'
import * as check from './fields.ts'
import { checkOf, fieldError, objectAt, schemaOf, type Check } from './objects.ts'

/** How a provider is kept funded: the options of auto-funding that JSON can hold. */
export type Terms = InMs<Omit<AutoFundingConfig, 'unsettledFee' | 'approve' | 'approvalTimeoutMs'>> & {
  /** False: the provider is not asked for it. */
  unsettledFee?: false
}

export const termsFields = {
  intervalMs: check.interval,
  bufferMultiplier: check.multiplier,
  minLockedBalance: check.amount,
  target: check.target,
  runway: check.runway,
  unsettledFee: check.never,
  maxUnsettledFee: check.amount,
  anomaly: check.anomaly,
  firstDay: check.firstDay,
  maxTopUp: check.moreThanNothing,
  budget: check.budget,
  minTopUp: check.amount,
  step: check.moreThanNothing,
  maxGasShare: check.part,
  allOrNothing: check.yesOrNo,
  ledgerReserve: check.reserve,
  cooldownMs: check.cooldown,
  onPendingRefund: check.oneOf<'hold' | 'reuse'>(['hold', 'reuse']),
  autoClaim: check.yesOrNo,
  reclaimIdle: check.idleness,
  priority: check.finite,
  force: check.yesOrNo,
} satisfies { [Name in keyof Terms]-?: Check<Terms[Name]> }

/** What an editor shows of each term. */
export const termsWords: Readonly<Record<keyof Terms, string>> = {
  intervalMs:
    "How often the position is read at least, in milliseconds or as '10s'; the broker's interval where left out.",
  bufferMultiplier: 'A top-up is due below this many times the minimum; 2 by default.',
  minLockedBalance: "The minimum that the provider wants to see locked, in OG; the network's by default.",
  target: 'What a top-up fills up to: a multiple of the minimum (3), or an amount in OG ("5"). Not beside runway.',
  runway: 'Instead of target: top up when less than trigger is left at the measured burn, to last for target.',
  unsettledFee: 'false: the provider is not asked for what it has served and not charged yet.',
  maxUnsettledFee: 'A provider that claims more, in OG, is not paid.',
  anomaly:
    'Holds a jump of the burn: more than factor times the usual one, for at most forMs (milliseconds, or "10m"). "off" holds none.',
  firstDay: 'The most that a new provider gets within a day, in OG, or "off".',
  maxTopUp: 'The most that one top-up sends, in OG.',
  budget: 'The most that this provider gets in a rolling window.',
  minTopUp: 'A top-up sends at least this, in OG, where limits and ledger allow it.',
  step: 'Every top-up is a multiple of this, in OG.',
  maxGasShare: 'The gas of a top-up is at most this part of it: 0.01 is one percent.',
  allOrNothing: 'Holds where limits or ledger allow a part alone.',
  ledgerReserve: 'What must stay in the ledger, in OG. soft: a sub-account at its minimum may take it.',
  cooldownMs: 'The least time between two top-ups, in milliseconds or as "6h".',
  onPendingRefund: 'While a refund is pending: hold leaves it alone, reuse tops up from it first.',
  autoClaim: 'Claims refunds of this sub-account once their lock is over.',
  reclaimIdle: 'Asks money back that nothing used for so long.',
  priority: 'When the ledger is short, higher priorities are paid first; 0 by default.',
  force: 'Pays also an address that does not offer the service.',
}

/** No term may stand beside the one that excludes it. */
export const eitherLevelSchema = { not: { required: ['target', 'runway'] } }

/** Reads terms; target and runway exclude each other. */
export const termsAt: Check<Terms> = checkOf(
  { ...schemaOf(termsFields, { words: termsWords }), ...eitherLevelSchema },
  (value, path) => {
    const terms = objectAt(value, path, termsFields)
    eitherLevel(terms, path)
    return terms
  },
)

/** Refuses a multiple as target that lies below the multiple that triggers. */
export function checkLevels({ target, bufferMultiplier }: Terms, path: string): void {
  if (typeof target !== 'number') return
  const refusal = check.refusalOf({ target, ...(bufferMultiplier !== undefined && { bufferMultiplier }) })
  if (refusal)
    throw fieldError(
      path,
      `a target of ${refusal.facts['target']} lies below the trigger of ${refusal.facts['trigger']}.`,
    )
}

/** Refuses target and runway together: both say what a top-up fills up to. */
export function eitherLevel({ target, runway }: Terms, path: string): void {
  if (target !== undefined && runway !== undefined) throw fieldError(path, 'either target or runway, not both.')
}

/** The terms of a provider over the defaults. Its own target or runway replaces both of the defaults. */
export function mergeTerms({ target, runway, ...defaults }: Terms, own: Terms): Terms {
  const levels = own.target === undefined && own.runway === undefined ? { target, runway } : {}
  return withoutUndefined<Terms>({ ...defaults, ...levels, ...own })
}

/** Terms without the options that are undefined. */
export function withoutUndefined<T extends object>(terms: { [Name in keyof T]: T[Name] | undefined }): T {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined)) as T
}
