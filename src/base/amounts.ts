import { codeOf } from './error-codes.ts'
import { InvalidInputError } from './errors.ts'

const DECIMALS = 18
const WEI_PER_OG = 10n ** 18n
const MAX_UINT256 = 2n ** 256n - 1n
const TOO_MUCH = 'it is more than a contract can hold (2^256 - 1 wei)'

/** An amount in the public API: a `bigint` is wei, a `string` is OG in decimal. */
export type Amount = bigint | string

/**
 * Converts OG in decimal to wei: `ogToWei('1.5')` is `1500000000000000000n`. 1 OG is 10^18 wei.
 *
 * @throws TypeError for a value that is not a string
 * @throws InvalidInputError for a string that is not a decimal number with at most 18 decimals
 *
 * @example
 * ogToWei('1.5') // 1500000000000000000n
 */
export function ogToWei(og: string): bigint {
  return weiIn(og, 'amount')
}

function weiIn(og: string, name: string): bigint {
  if (typeof og !== 'string')
    throw wrongType(`An amount in OG is a string such as "1.5"; this is ${kindOf(og)}. ${hint(og)}`)
  const match = /^(\d+)(?:\.(\d+))?$/.exec(og)
  if (!match) throw refusalOf(og, { name, problem: flaw(og) })
  const [, whole = '', fraction = ''] = match
  if (fraction.length > DECIMALS)
    throw refusalOf(og, { name, problem: `it has ${fraction.length} decimals; 18 at most` })
  const wei = BigInt(whole) * WEI_PER_OG + BigInt(fraction.padEnd(DECIMALS, '0'))
  if (wei > MAX_UINT256) throw refusalOf(og, { name, problem: TOO_MUCH })
  return wei
}

/**
 * Converts wei to OG in decimal, exactly and without trailing zeros: `weiToOg(1500000000000000000n)` is `"1.5"`.
 *
 * @example
 * weiToOg(1_500_000_000_000_000_000n) // '1.5'
 */
export function weiToOg(wei: bigint): string {
  checkWei(wei)
  const sign = wei < 0n ? '-' : ''
  const digits = (wei < 0n ? -wei : wei).toString().padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -DECIMALS)}${fraction && `.${fraction}`}`
}

/**
 * Formats wei as OG for people, with at most `digits` decimals. It truncates instead of rounding, so the text never
 * shows more than the amount. An amount smaller than the last digit reads `<0.0001`.
 *
 * @example
 * formatOg(1_234_567_000_000_000_000n) // '1.2345'
 */
export function formatOg(wei: bigint, digits = 4): string {
  if (!Number.isInteger(digits) || digits < 0 || digits > DECIMALS)
    throw new RangeError(`digits is a whole number from 0 to 18; this is ${digits}.`)
  checkWei(wei)
  const unit = 10n ** BigInt(DECIMALS - digits)
  const size = wei < 0n ? -wei : wei
  if (size > 0n && size < unit) return wei < 0n ? `>-${weiToOg(unit)}` : `<${weiToOg(unit)}`
  return weiToOg((wei / unit) * unit)
}

/**
 * Converts an amount of the public API to wei.
 *
 * @param name the caller's name for the amount, for the error message
 * @throws TypeError for a value that is neither a bigint nor a string
 * @throws InvalidInputError for a bad string or a negative amount
 */
export function toWei(amount: Amount, name = 'amount'): bigint {
  if (typeof amount === 'string') return weiIn(amount, name)
  if (typeof amount !== 'bigint')
    throw wrongType(`${name} is a bigint (wei) or a string (OG in decimal); this is ${kindOf(amount)}. ${hint(amount)}`)
  if (amount < 0n) throw new InvalidInputError('An amount cannot be negative.', { [name]: `${amount} wei` })
  if (amount > MAX_UINT256) throw refusalOf(`${amount}`, { name, problem: TOO_MUCH })
  return amount
}

function checkWei(wei: bigint): void {
  if (typeof wei !== 'bigint') throw wrongType(`An amount in wei is a bigint; this is ${kindOf(wei)}.`)
}

/** As an `InvalidInputError` is known to a program that looks at codes. */
const wrongType = (message: string): TypeError =>
  Object.assign(new TypeError(message), { code: codeOf('InvalidInputError'), docs: 'docs/errors.md#other-errors' })

/** A type with its article: an amount itself may be of any length. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  return /^[aeiou]/.test(typeof value) ? `an ${typeof value}` : `a ${typeof value}`
}

function hint(value: unknown): string {
  if (typeof value !== 'number' || !(value >= 1e-18 && value < 1e27)) return 'Write "1.5".'
  const text = Number.isInteger(value) ? String(BigInt(value)) : String(value)
  const plain = text.includes('e') ? value.toFixed(18).replace(/0+$/, '') : text
  return `Write "${plain}" for OG or ${BigInt(Math.trunc(value)) || 1n}n for wei.`
}

function refusalOf(amount: string, { name, problem }: { name: string; problem: string }): InvalidInputError {
  return new InvalidInputError('This is not an amount in OG.', {
    [name]: JSON.stringify(amount),
    problem,
    expected: 'digits with up to 18 decimals, such as "1.5"',
  })
}

function flaw(og: string): string {
  if (og === '') return 'it is empty'
  if (/\s/.test(og)) return 'it has blanks'
  if (/^[+-]/.test(og)) return 'it has a sign'
  if (/^\d[\d.]*e[+-]?\d+$/i.test(og)) return 'it has an exponent'
  if (/^[\d.,_']+$/.test(og) && /[,_']/.test(og)) return 'it has separators'
  if (/^\.\d+$/.test(og)) return 'it has no digit before the point'
  if (/^\d+\.$/.test(og)) return 'it has no digit after the point'
  return 'it is not a decimal number'
}
