import { clock } from '../format/durations.ts'

/** The time that drawings show: the last milliseconds, or between two moments that a person chose. */
export type Range = { last: number } | { from: number; to: number }

const MINUTE = 60_000

export const RANGES = [
  { name: '10m', words: 'Last 10 minutes', last: 10 * MINUTE },
  { name: '1h', words: 'Last hour', last: 60 * MINUTE },
  { name: '6h', words: 'Last 6 hours', last: 360 * MINUTE },
  { name: 'All', words: 'Everything', last: Infinity },
] as const

export const LAST_HOUR: Range = { last: 60 * MINUTE }

/** The ends of a range, within what is known. */
export function endsOf(range: Range, since: number, until: number): { from: number; to: number } {
  if ('last' in range) return { from: Math.max(since, until - range.last), to: until }
  return { from: Math.max(since, range.from), to: Math.min(range.to, until) }
}

export function rangeWords(range: Range): string {
  if ('from' in range) return `${clock(range.from).slice(0, 5)}–${clock(range.to).slice(0, 5)}`
  return RANGES.find(({ last }) => last === range.last)?.words ?? 'Everything'
}
