import { inOg, type Wei } from './amounts.ts'

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

/** Why the text of an amount field cannot be sent, in a sentence; null where it can, and for an empty field. */
export function problemOf(text: string, { most, why }: { most: Wei; why: string }): string | null {
  const typed = text.trim()
  if (typed === '') return null
  if (typed.startsWith('-')) return 'An amount is above 0.'
  if (/^[\d.,]*,[\d.,]*$/.test(typed)) return 'Decimals stand after a point, without other separators: 1.5.'
  if (/^\d+\.\d{19,}$/.test(typed)) return 'OG has 18 decimals at most.'
  if (/^0*(\.0*)?$/.test(typed)) return 'An amount is above 0.'
  const wei = parseAmount(typed)
  if (wei === null) return 'This is no amount of OG. An example: 1.5.'
  if (BigInt(wei) > BigInt(most)) return `At most ${inOg(most)} OG: ${why}.`
  return null
}
