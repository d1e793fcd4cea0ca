import type { AutoFundingConfig } from '../../index.ts'
import * as check from './fields.ts'
import { fieldError, objectAt, type Check } from './objects.ts'

/** How a provider is kept funded: the options of auto-funding that JSON can hold. */
export type Terms = Omit<AutoFundingConfig, 'unsettledFee' | 'approve' | 'approvalTimeoutMs'> & {
  /** False: the provider is not asked for it. */
  unsettledFee?: false
}

export const termsFields = {
  intervalMs: check.milliseconds('intervalMs', 100),
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
  cooldownMs: check.milliseconds('cooldownMs', 0),
  onPendingRefund: check.oneOf<'hold' | 'reuse'>(['hold', 'reuse']),
  autoClaim: check.yesOrNo,
  reclaimIdle: check.idleness,
  priority: check.finite,
  force: check.yesOrNo,
} satisfies { [Name in keyof Terms]-?: Check<Terms[Name]> }

/** Reads terms; target and runway exclude each other. */
export function termsAt(value: unknown, path: string): Terms {
  const terms = objectAt(value, path, termsFields)
  eitherLevel(terms, path)
  return terms
}

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
