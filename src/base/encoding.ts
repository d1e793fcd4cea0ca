/* oxlint-disable typescript/no-unnecessary-type-parameters -- of decode: the caller says which type it has encoded. */
import { describeValue } from './describe-value.ts'
import { InvalidInputError } from './errors.ts'
import { envelopeIn, fromJsonValue, markedText, VERSION } from './json-value.ts'

/**
 * Plans, positions, statuses and receipts as text: JSON `{ "v": 1, "value": … }`, in which an amount is wei as a decimal string, as in
 * all JSON of og-ledger, and a text that looks like one has a backslash before it. An error becomes what its `toJSON` gives.
 *
 * @throws InvalidInputError that names what is no data: a function, a Date, a Map, an actor, a number that JSON does not have
 *
 * @example
 * const text = encode(await broker.plan())
 * show(decode(text)) // the same plan, its amounts bigint
 */
export function encode(value: unknown): string {
  return JSON.stringify({ v: VERSION, value: toJsonValue(value) })
}

/**
 * What `encode` encoded: amounts are bigint again. The type is what the caller says of it, and it is not checked.
 *
 * @throws InvalidInputError for a text that `encode` did not make, or that one of a later version made
 *
 * @example
 * const { wallet } = decode<typeof position>(encode(position))
 * show(wallet.balance) // a bigint
 */
export function decode<Value = unknown>(text: string): Value {
  const envelope = envelopeIn(text)
  if (envelope === null)
    throw new InvalidInputError('This text is no encoded value.', { do: 'pass what encode(value) has returned' })
  if (envelope.v !== VERSION)
    throw new InvalidInputError('This value was encoded by another version of og-ledger.', {
      version: describeValue(envelope.v),
      known: String(VERSION),
    })
  return fromJsonValue(envelope.value) as Value
}

/** A value as JSON has it: the encoding without its envelope. */
export function toJsonValue(value: unknown, path = 'value', within: readonly unknown[] = []): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'string') return markedText(value)
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (typeof value !== 'object' || within.includes(value)) throw noData(value, path)
  const inside = [...within, value]
  if (Array.isArray(value)) return value.map((one, index) => toJsonValue(one, `${path}[${index}]`, inside))
  if (value instanceof Error) return toJsonValue(recordOf(value), path, inside)
  if (!isPlain(value)) throw noData(value, path)
  const known = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(known.map(([name, one]) => [name, toJsonValue(one, `${path}.${name}`, inside)]))
}

function recordOf(error: Error): unknown {
  return 'toJSON' in error && typeof error.toJSON === 'function'
    ? error.toJSON()
    : { name: error.name, message: error.message }
}

/** An object that is data, of any realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function noData(value: unknown, path: string): InvalidInputError {
  return new InvalidInputError('This is no data that JSON can hold.', { at: path, value: describeValue(value) })
}
