import type { Finding, RuleName, Severity } from '../alert.types.ts'
import type { Situation } from '../situation.ts'

/** What an app may set of a rule. Times in seconds. */
export type Terms = {
  /** How long the condition must hold before the alert fires. */
  forSeconds: number
  severity: Severity
  /** Rules about runway: the alert fires below it. */
  belowSeconds: number
}

export type Rule = {
  name: RuleName
  defaults: Terms
  /** What it finds now; null while the situation does not tell, which leaves its alerts as they are. */
  find(situation: Situation, terms: Terms): readonly Finding[] | null
}

export const HOUR = 3_600

/** A runway is an estimate that wavers: an alert that fires ends only once this many times its threshold is left. */
const ENDS_AT = 1.5

/** Below how many seconds of runway a rule finds something now. */
export function thresholdOf(name: RuleName, { belowSeconds }: Terms, { firing }: Situation): number {
  return firing.has(name) ? belowSeconds * ENDS_AT : belowSeconds
}
