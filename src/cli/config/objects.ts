import { nearestName } from '../../base/nearest-name.ts'
import { UsageError } from '../arguments/usage-error.ts'
import type { Schema } from './schema.ts'

type Read<T> = (value: unknown, path: string) => T

/** Returns the value of a field, or throws a UsageError that names the field. Its schema says the same to an editor. */
export type Check<T> = Read<T> & { schema: Schema }

/** A check with its schema. What the schema takes the check takes, unless several fields contradict one another. */
export const checkOf = <T>(schema: Schema, read: Read<T>): Check<T> =>
  Object.assign((value: unknown, path: string) => read(value, path), { schema })

/** The schema of an object whose fields have these checks. */
export function schemaOf(
  fields: Fields,
  { required = [], words = {} }: { required?: readonly string[]; words?: Readonly<Record<string, string>> } = {},
): Schema {
  const properties = Object.entries(fields).map(([name, { schema }]) => [
    name,
    words[name] === undefined ? schema : { description: words[name], ...schema },
  ])
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as Schema,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  }
}

/** The error for a field, with its path in front. */
export function fieldError(path: string, sentence: string): UsageError {
  return new UsageError(path === '' ? sentence : `${path}: ${sentence}`)
}

type Fields = Readonly<Record<string, Check<unknown>>>
type Found<Known extends Fields> = { [Name in keyof Known]?: ReturnType<Known[Name]> }

/** An object; every field must be known and valid. */
export function objectAt<Known extends Fields>(value: unknown, path: string, known: Known): Found<Known> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fieldError(path, `an object; this is ${kindOf(value)}.`)
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
    const here = path === '' ? name : `${path}.${name}`
    const check = Object.hasOwn(known, name) ? known[name] : undefined
    if (check) return [name, check(inner, here)]
    throw fieldError(here, `there is no such field; the nearest is ${nearestName(name, Object.keys(known))}.`)
  })
  return Object.fromEntries(entries) as Found<Known>
}

/** The same where no field may be missing. */
export function wholeAt<Known extends Fields>(value: unknown, path: string, known: Known): Required<Found<Known>> {
  const read = objectAt(value, path, known)
  const missing = Object.keys(known).find((name) => !Object.hasOwn(read, name))
  if (missing === undefined) return read as Required<Found<Known>>
  throw fieldError(path === '' ? missing : `${path}.${missing}`, 'it is missing.')
}

/** The type of a value in words, without the value. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A value in words, cut to 60 characters. */
export const valueInWords = (value: unknown): string =>
  typeof value === 'object' ? kindOf(value) : (JSON.stringify(value)?.slice(0, 60) ?? 'nothing')
