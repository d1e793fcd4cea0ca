import { InvalidInputError } from './errors.ts'
import { describeValue } from './describe-value.ts'

/** A number with its unit: `'90s'`, `'30m'`, `'6h'`, `'7d'`. Fractions are allowed. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** The longest window of a budget or cooldown, in seconds: the journal keeps payments this long. */
export const LONGEST_WINDOW = 31 * SECONDS.d

/**
 * Converts a duration to seconds.
 *
 * @throws InvalidInputError for a value that is not a positive number with its unit
 */
export function toSeconds(duration: Duration, name: string): number {
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)([smhd])$/.exec(duration) : null
  const seconds = match ? Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] : 0
  if (!(seconds > 0 && Number.isFinite(seconds)))
    throw new InvalidInputError('This is not a duration.', {
      [name]: describeValue(duration),
      expected: 'a number and s, m, h or d, such as "6h"',
    })
  return seconds
}
