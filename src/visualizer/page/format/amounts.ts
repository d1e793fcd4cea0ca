const DECIMALS = 18
const UNIT = 10n ** 18n
const MINUS = '−'

/** An amount of the protocol: wei in decimal. */
export type Wei = `${bigint}`

/**
 * Wei in OG, with digits that suit its size. Cut, not rounded: it never shows more than there is. An amount that would read
 * as 0 is shown as `<0.0001`.
 */
export function inOg(wei: Wei, digits = digitsFor(wei)): string {
  return withoutZeros(column(wei, digits))
}

/** The same with a fixed number of decimals, for a column. */
export function column(wei: Wei, digits = 4): string {
  const amount = BigInt(wei)
  const size = amount < 0n ? -amount : amount
  const sign = amount < 0n ? MINUS : ''
  const step = 10n ** BigInt(DECIMALS - digits)
  if (size > 0n && size < step) return amount < 0n ? `>${MINUS}${least(digits)}` : `<${least(digits)}`
  const steps = (size / step).toString().padStart(digits + 1, '0')
  const whole = group(steps.slice(0, steps.length - digits))
  return `${sign}${whole}${digits === 0 ? '' : `.${steps.slice(-digits)}`}`
}

/** What stands unseen behind an amount of a column, so that all points stand below one another. */
export function padOf(text: string): string {
  const decimals = text.split('.')[1]?.length ?? 0
  return `${decimals === 0 ? '.' : ''}${'0'.repeat(Math.max(0, 4 - decimals))}`
}

/** OG as a number of a drawing, with the digits of an amount. */
export const inDrawing = (og: number): string => inOg(`${BigInt(Math.round(og * 1e9)) * 1_000_000_000n}`)

/** A change of an amount, with its sign. */
export function change(wei: Wei): string {
  return BigInt(wei) > 0n ? `+${inOg(wei)}` : inOg(wei)
}

/** All digits of an amount, in OG and in wei. */
export function exactly(wei: Wei): string {
  const amount = BigInt(wei)
  const size = amount < 0n ? -amount : amount
  const fraction = (size % UNIT).toString().padStart(DECIMALS, '0')
  const og = withoutZeros(`${group((size / UNIT).toString())}.${fraction}`)
  const sign = amount < 0n ? MINUS : ''
  return `${sign}${og} OG = ${sign}${group(size.toString())} wei`
}

/** OG as a number, for drawing only. */
export const forDrawing = (wei: Wei): number => Number(wei) / 1e18

export const sum = (amounts: readonly Wei[]): Wei => `${amounts.reduce((all, one) => all + BigInt(one), 0n)}`

export const minus = (a: Wei, b: Wei): Wei => `${BigInt(a) - BigInt(b)}`

function digitsFor(wei: Wei): number {
  const whole = BigInt(wei) / UNIT
  const size = whole < 0n ? -whole : whole
  if (size >= 100_000n) return 0
  return size >= 1_000n ? 2 : 4
}

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')

const withoutZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

const least = (digits: number): string => (digits === 0 ? '1' : `0.${'1'.padStart(digits, '0')}`)
