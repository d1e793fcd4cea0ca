import type { Wei } from './amounts.ts'

/** What somebody typed, in OG, as wei; null where it is no amount above nothing. */
export function typedAmount(text: string): Wei | null {
  const match = /^(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text.trim())
  if (!match) return null
  const wei = BigInt(`${match[1] ?? ''}${(match[2] ?? '').padEnd(18, '0')}`)
  return wei === 0n ? null : `${wei}`
}

/** Wei as it would be typed: exact, without separators. */
export function toType(wei: Wei): string {
  const digits = wei.padStart(19, '0')
  const fraction = digits.slice(-18).replace(/0+$/, '')
  return `${digits.slice(0, -18)}${fraction && `.${fraction}`}`
}
