import { describeValue } from './describe-value.ts'
import { msIn } from './durations.ts'
import { InvalidInputError } from './errors.ts'
import type { Facts } from './og-ledger-error.ts'
import { nearName } from './nearest-name.ts'

/** What a field takes, as the end of a sentence that begins with its name; null where the value fits. */
export type Check = ((value: unknown) => string | null) & {
  /** A refused value of this field may be a secret: of a string only the length is shown. */
  hidesValue?: true
}

export type Fields<Options> = Readonly<Record<keyof Options, Check>>

/**
 * Checks an options object field by field. A field that is `undefined` counts as left out. Values are described without
 * what they hold: an object by its keys, a string only where its check allows that it is shown.
 *
 * @param subject what the options belong to, such as `createBroker`
 * @throws InvalidInputError that names the field, its value and what it takes; for a name that is no option, the names
 *   that are
 */
export function checkOptions(subject: string, options: unknown, fields: Readonly<Record<string, Check>>): void {
  checkObject(subject, options)
  const known = Object.keys(fields)
  for (const name of Object.keys(options))
    if (!Object.hasOwn(fields, name))
      throw new InvalidInputError(`${subject} has no option ${nameOf(name)}.`, knownNames(name, known))
  for (const [name, check] of Object.entries(fields)) {
    const value = options[name]
    const expected = value === undefined ? null : check(value)
    if (expected !== null)
      throw new InvalidInputError(`${name} ${expected}.`, {
        option: `${name} of ${subject}`,
        value: check.hidesValue ? describeSecret(value) : describeSafely(value),
      })
  }
}

/**
 * A value in the place of the options object would count as no options at all, and so as no limits.
 *
 * @throws InvalidInputError for what is no object, and for a signal by itself
 */
export function checkObject(subject: string, options: unknown): asserts options is Record<string, unknown> {
  if (!isRecord(options))
    throw new InvalidInputError(`The options of ${subject} are an object.`, { options: describeSafely(options) })
  if (isSignal(options) === null)
    throw new InvalidInputError(`The options of ${subject} are an object of options, not an AbortSignal.`, {
      do: 'pass { signal }',
    })
}

/**
 * Checks an argument that another call gives, such as a position. A promise of it is named as such: an `await` is missing.
 *
 * @param what the call takes, with where it comes from: `a position, as broker.position() gives it`
 * @throws InvalidInputError for a value without one of these keys
 */
export function checkShape(subject: string, value: unknown, what: string, keys: readonly string[]): void {
  if (isRecord(value) && keys.every((key) => key in value)) return
  throw new InvalidInputError(`${subject} takes ${what}.`, { value: describeSafely(value) })
}

/** What an error says of a name that is no option: the one that was probably meant, and all. */
export function knownNames(name: string, known: readonly string[]): Facts {
  return { 'did you mean': nearName(name, known) ?? undefined, known: known.join(', ') }
}

/** The same check for a field whose value may be a secret. */
export function isHidden(check: Check): Check {
  return Object.assign((value: unknown) => check(value), { hidesValue: true as const })
}

export const anything: Check = () => null
export const isBoolean: Check = (value) => (typeof value === 'boolean' ? null : 'is true or false')
export const isFunction: Check = (value) => (typeof value === 'function' ? null : 'is a function')
export const isText: Check = (value) => (typeof value === 'string' ? null : 'is a string')
export const isWei: Check = (value) =>
  typeof value === 'bigint' && value >= 0n ? null : 'is a bigint of wei from 0n up'

/** @param methods names of the functions that it must have */
export function isObjectWith(description: string, methods: readonly string[]): Check {
  return (value) =>
    isRecord(value) && methods.every((name) => typeof value[name] === 'function')
      ? null
      : `is ${description}, an object with ${methods.join(', ')}`
}

export function isWhole({ least, most }: { least: number; most: number }): Check {
  return (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? null
      : `is a whole number from ${least} to ${most}`
}

/** A number of milliseconds, or a duration in words: `inMs` converts it. */
export function isMilliseconds({ least, most = 2 ** 31 - 1 }: { least: number; most?: number }): Check {
  return (value) => {
    const ms = msIn(value)
    return ms !== null && ms >= least && ms <= most
      ? null
      : `is milliseconds from ${least} up, or a duration such as "90s"`
  }
}

export function isOneOf(...values: readonly unknown[]): Check {
  return (value) => (values.includes(value) ? null : `is ${values.map((one) => describeValue(one)).join(' or ')}`)
}

/** The first check that fits, or the last one's words. */
export function isEither(...checks: readonly Check[]): Check {
  return (value) => {
    const answers = checks.map((check) => check(value))
    return answers.includes(null) ? null : answers.join(', or ')
  }
}

/** An AbortSignal of any realm. */
export const isSignal: Check = (value) =>
  isRecord(value) && typeof value['aborted'] === 'boolean' && typeof value['addEventListener'] === 'function'
    ? null
    : 'is an AbortSignal'

/** An object with these fields alone, each checked. */
export function isObjectOf(fields: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isRecord(value)) return `is an object with ${Object.keys(fields).join(', ')}`
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name))
    if (unknown !== undefined) return `has no field ${nameOf(unknown)}: it has ${Object.keys(fields).join(', ')}`
    for (const [name, check] of Object.entries(fields)) {
      const expected = check(value[name])
      if (expected !== null && value[name] !== undefined) return `has a field ${name} that ${expected}`
    }
    return null
  }
}

export function isListOf(check: Check, words: string): Check {
  return (value) => (Array.isArray(value) && value.every((one) => check(one) === null) ? null : `is a list of ${words}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A name that is no word may be a key as well. */
function nameOf(name: string): string {
  return /^[\w.-]{1,40}$/.test(name) ? name : `with a name of ${name.length} characters`
}

function describeSecret(value: unknown): string {
  return typeof value === 'string' ? `a string of ${value.length} characters` : describeValue(value)
}

/** A string may be a key: of one that is not short words, only its length is shown. */
function describeSafely(value: unknown): string {
  return typeof value === 'string' && !/^[\w./ -]{0,24}$/.test(value)
    ? `a string of ${value.length} characters`
    : describeValue(value)
}
