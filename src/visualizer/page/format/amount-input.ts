import type { Wei } from './amounts.ts'

/** The text of an amount field, in OG, as wei; null for anything but an amount above 0. */
export function parseAmount(text: string): Wei | null {
  const match = /^(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text.trim())
  if (!match) return null
  const wei = BigInt(`${match[1] ?? ''}${(match[2] ?? '').padEnd(18, '0')}`)
  return wei === 0n ? null : `${wei}`
}

/** Wei as the text of an amount field: exact, without separators. */
export function inputText(wei: Wei): string {
  const digits = wei.padStart(19, '0')
  const fraction = digits.slice(-18).replace(/0+$/, '')
  return `${digits.slice(0, -18)}${fraction && `.${fraction}`}`
}
