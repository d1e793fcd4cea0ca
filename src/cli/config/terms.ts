import type { AutoFundingConfig } from '../../index.ts'
import * as check from './fields.ts'

/** How a provider is kept funded, as JSON can say it. */
export type Terms = Omit<AutoFundingConfig, 'unsettledFee' | 'approve' | 'approvalTimeoutMs'> & {
  /** Nobody is asked for it. */
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
  maxTopUp: check.moreThanNothing,
  budget: check.budget,
  ledgerReserve: check.amount,
  cooldownMs: check.milliseconds('cooldownMs', 0),
  onPendingRefund: check.oneOf<'hold' | 'reuse'>(['hold', 'reuse']),
  autoClaim: check.yesOrNo,
  priority: check.finite,
} satisfies { [Name in keyof Terms]-?: check.Check<Terms[Name]> }

/** Terms that fit together. */
export function termsAt(value: unknown, path: string): Terms {
  const terms = check.objectAt(value, path, termsFields)
  eitherLevel(terms, path)
  return terms
}

/** A multiple that is filled up to, under one that triggers, would never be reached. */
export function checkLevels({ target, bufferMultiplier }: Terms, path: string): void {
  if (typeof target !== 'number') return
  const refusal = check.refusalOf({ target, ...(bufferMultiplier !== undefined && { bufferMultiplier }) })
  if (refusal)
    throw check.wrong(
      path,
      `a target of ${refusal.facts['target']} lies below the trigger of ${refusal.facts['trigger']}.`,
    )
}

/** There is one level to fill up to. */
export function eitherLevel({ target, runway }: Terms, path: string): void {
  if (target !== undefined && runway !== undefined) throw check.wrong(path, 'either target or runway, not both.')
}

/** Of target and runway, whichever is its own replaces both of the defaults. */
export function merged({ target, runway, ...defaults }: Terms, own: Terms): Terms {
  const levels = own.target === undefined && own.runway === undefined ? { target, runway } : {}
  return defined({ ...defaults, ...levels, ...own })
}

/** Without what is undefined. */
export function defined(terms: { [Name in keyof Terms]: Terms[Name] | undefined }): Terms {
  return Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined)) as Terms
}
