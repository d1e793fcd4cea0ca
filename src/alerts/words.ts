import { formatOg } from '../index.ts'

export const og = (wei: bigint): string => `${formatOg(wei)} OG`

/** Beginning and end of an address: the labels have it whole. */
export const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`

export const subAccountInWords = ({ provider, serviceType }: { provider: string; serviceType: string }): string =>
  `the ${serviceType} sub-account with ${short(provider)}`

/** A moment in UTC, to the minute: an alert is read in other time zones than it was sent from. */
export const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** A duration in its largest unit, or its two largest: `45 minutes`, `5 hours 20 minutes`, `3 days`. */
export function durationInWords(seconds: number): string {
  const minutes = Math.max(0, Math.floor(seconds / 60))
  if (minutes < 1) return 'less than a minute'
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24]
  if (days > 0) return [count(days, 'day'), count(hours, 'hour')].filter(Boolean).join(' ')
  return [count(hours, 'hour'), count(minutes % 60, 'minute')].filter(Boolean).join(' ')
}

const count = (value: number, unit: string): string =>
  value === 0 ? '' : `${value.toLocaleString('en')} ${unit}${value === 1 ? '' : 's'}`

export const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
