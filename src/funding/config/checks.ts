import { toWei, type Amount } from '../../base/amounts.ts'
import { describeValue } from '../../base/describe-value.ts'
import { InvalidInputError } from '../../base/errors.ts'

const SHORTEST_INTERVAL_MS = 100
/** A larger multiplier is a typing error. */
export const LARGEST_MULTIPLIER = 1_000_000

/** @throws InvalidInputError with the facts where a config does not hold to the sentence */
export function check(holds: boolean, sentence: string, facts: Record<string, string>): void {
  if (!holds) throw new InvalidInputError(sentence, facts)
}

/** @throws InvalidInputError for what is no object, and for a field that an option does not have */
export function checkFields(name: string, value: object, known: readonly string[]): void {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  check(isObject, `${name} is { ${known.join(', ')} }.`, { [name]: describeValue(value) })
  const unknown = Object.keys(value).filter((one) => !known.includes(one))
  check(unknown.length === 0, `${name} is { ${known.join(', ')} }.`, { 'not known': unknown.join(', ') })
}

/** @throws InvalidInputError for an interval that is no number or under 100 ms */
export function checkIntervalMs(intervalMs: number): void {
  check(
    Number.isFinite(intervalMs) && intervalMs >= SHORTEST_INTERVAL_MS && intervalMs <= 2 ** 31 - 1,
    'intervalMs is milliseconds from 100 up.',
    { intervalMs: describeValue(intervalMs), expected: `${SHORTEST_INTERVAL_MS} to ${2 ** 31 - 1}` },
  )
}

export function checkMultiplier(value: number, name: string): void {
  check(Number.isFinite(value) && value > 0 && value <= LARGEST_MULTIPLIER, `${name} is a number above 0.`, {
    [name]: describeValue(value),
    expected: `more than 0, at most ${LARGEST_MULTIPLIER}`,
  })
}

export function optionalAmount(amount: Amount | undefined, name: string): bigint | null {
  return amount === undefined ? null : toWei(amount, name)
}

export function optionalPositive(amount: Amount | undefined, name: string): bigint | null {
  return amount === undefined ? null : positiveAmount(amount, name)
}

export function positiveAmount(amount: Amount, name: string): bigint {
  const wei = toWei(amount, name)
  check(wei > 0n, `${name} is more than nothing.`, { [name]: '0' })
  return wei
}
