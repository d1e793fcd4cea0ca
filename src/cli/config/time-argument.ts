import type { Check } from './objects.ts'
import { interval } from './fields.ts'

/**
 * The milliseconds of an option in `…-ms`: plain digits, or a duration such as 30s.
 *
 * @throws UsageError that names the option
 */
export function msOf(text: string | undefined, name: string, check: Check<number> = interval): number | undefined {
  if (text === undefined) return undefined
  return check(/^\d{1,15}$/.test(text) ? Number(text) : text, `--${name}`)
}
