/** In seconds. Beyond it a figure says nothing about a wallet. */
export const TEN_YEARS = 3_652 * 86_400

/** A duration in its two largest units: `45s`, `3m 20s`, `2h 5m`, `4d 3h`. Beyond ten years it says so. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24]
  const [minutes, rest] = [Math.floor(whole / 60) % 60, whole % 60]
  if (days > TEN_YEARS / 86_400) return 'over 10 years'
  if (days >= 1_000) return `${days.toLocaleString('en')}d`
  if (days > 0) return two(days, 'd', hours, 'h')
  if (hours > 0) return two(hours, 'h', minutes, 'm')
  return minutes > 0 ? two(minutes, 'm', rest, 's') : `${rest}s`
}

/** How long ago, without counting the first second. */
export function ago(seconds: number): string {
  return seconds < 1.5 ? 'just now' : `${duration(seconds)} ago`
}

/** The local time of a moment in milliseconds since 1970. */
export function clock(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':')
}

/** The local time, with the day where that is not the day of `now`. */
export function moment(at: number, now: number): string {
  const date = new Date(at)
  if (date.toDateString() === new Date(now).toDateString()) return clock(at)
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}${year}, ${clock(at).slice(0, 5)}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const pad = (value: number): string => String(value).padStart(2, '0')

const two = (a: number, unitA: string, b: number, unitB: string): string =>
  b === 0 ? `${a}${unitA}` : `${a}${unitA} ${b}${unitB}`
