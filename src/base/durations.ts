import { InvalidInputError } from './errors.ts'
import { describeValue } from './describe-value.ts'

/** A number with its unit: `'90s'`, `'30m'`, `'6h'`, `'7d'`. Fractions are allowed. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`

/** Options as the code behind them takes them: each time in `…Ms` is a number of milliseconds. */
export type InMs<Options> = {
  [Name in keyof Options]: Name extends `${string}Ms` ? Exclude<Options[Name], Duration> : Options[Name]
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** The longest window of a budget or cooldown, in seconds: the journal keeps payments this long. */
export const LONGEST_WINDOW = 31 * SECONDS.d

/**
 * Converts a duration to seconds.
 *
 * @throws InvalidInputError for a value that is not a positive number with its unit
 */
export function toSeconds(duration: Duration, name: string): number {
  const seconds = secondsIn(duration)
  if (seconds === null || seconds === 0)
    throw new InvalidInputError('This is not a duration.', {
      [name]: describeValue(duration),
      expected: 'a number and s, m, h or d, such as "6h"',
    })
  return seconds
}

/** The milliseconds that an option means: a number as it is, a duration converted to a whole number; null for anything else. */
export function msIn(value: unknown): number | null {
  if (typeof value === 'number') return value
  const seconds = secondsIn(value)
  return seconds === null ? null : Math.round(seconds * 1_000)
}

/**
 * A copy of options in which every duration of an option in `…Ms` is a number of milliseconds.
 *
 * @param owner the option that these are parts of
 * @throws InvalidInputError that names the option whose text is no duration
 */
export function inMs<Options extends object>(options: Options, owner?: string): InMs<Options> {
  const times = Object.entries(options).filter(([name, value]) => name.endsWith('Ms') && typeof value === 'string')
  return {
    ...options,
    ...Object.fromEntries(times.map(([name, text]) => [name, toMs(text, name, owner)])),
  } as InMs<Options>
}

function toMs(text: string, name: string, owner?: string): number {
  const ms = msIn(text)
  if (ms === null)
    throw new InvalidInputError(
      `${name}${owner === undefined ? '' : ` of ${owner}`} is milliseconds, or a duration such as "90s".`,
      {
        [name]: describeValue(text),
      },
    )
  return ms
}

function secondsIn(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)([smhd])$/.exec(value) : null
  const seconds = match ? Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] : NaN
  return Number.isFinite(seconds) ? seconds : null
}
