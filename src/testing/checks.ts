import type { ServiceType } from '../../machines/position.types.ts'
import { InvalidInputError } from '../base/errors.ts'
import { describeValue } from '../base/describe-value.ts'

/** @throws InvalidInputError with this sentence unless the condition holds */
export function check(holds: boolean, sentence: string, facts: Record<string, string>): asserts holds {
  if (!holds) throw new InvalidInputError(sentence, facts)
}

/** Refuses unknown option names: a misspelt option would be ignored silently. */
export function checkNames(of: string, options: unknown, known: Readonly<Record<string, true>>): void {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options)
  check(isObject, `The options of ${of} are an object.`, {
    options: describeValue(options),
    known: listNames(Object.keys(known)),
  })
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(known, name))
  check(unknown.length === 0, `There is no such option of ${of}.`, {
    option: unknown.join(', '),
    known: listNames(Object.keys(known)),
  })
}

/** @throws InvalidInputError for a value that is not a whole number within these bounds */
export function checkWhole(
  name: string,
  value: unknown,
  { least, most = Number.MAX_SAFE_INTEGER }: { least: number; most?: number },
): void {
  const holds = typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`
  check(holds, `${name} is a whole number ${range}.`, { [name]: describeValue(value) })
}

export function checkBoolean(name: string, value: unknown): void {
  check(typeof value === 'boolean', `${name} is true or false.`, { [name]: describeValue(value) })
}

export function checkService(serviceType: unknown): asserts serviceType is ServiceType {
  check(serviceType === 'inference' || serviceType === 'fine-tuning', 'There is no such service.', {
    serviceType: describeValue(serviceType),
    known: 'inference, fine-tuning',
  })
}

/** Lists names for a message; of many only the first. */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const more = names.length - MOST_NAMES
  return names.slice(0, MOST_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const MOST_NAMES = 12
