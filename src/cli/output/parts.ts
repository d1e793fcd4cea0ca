import type { Receipt } from '../../index.ts'

/** A JSON Schema (draft 2020-12). */
export type Schema = Readonly<Record<string, unknown>>
type Fields = Readonly<Record<string, Schema>>
/** The fields of a type that may not be left out, each with its schema: one that is missing there does not compile. */
export type FieldsOf<T> = { readonly [Key in keyof T as undefined extends T[Key] ? never : Key]: Schema }

export const text: Schema = { type: 'string' }
export const count: Schema = { type: 'integer', minimum: 0 }
export const number: Schema = { type: 'number' }
export const flag: Schema = { type: 'boolean' }
export const wei: Schema = { type: 'string', pattern: String.raw`^-?\d+$`, description: 'wei, in decimal' }
export const seconds: Schema = { type: 'integer', description: 'block time in seconds' }
export const address: Schema = { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$' }
export const hash: Schema = { type: 'string', pattern: '^0x[0-9a-f]{64}$' }
export const serviceType: Schema = { enum: ['inference', 'fine-tuning'] }

export const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] })
export const list = (items: Schema): Schema => ({ type: 'array', items })

/** More fields may come with the same version, so that others are not refused. */
export const object = (fields: Fields, optional: Fields = {}): Schema => ({
  type: 'object',
  properties: { ...fields, ...optional },
  required: Object.keys(fields),
})

/** A line of that type. */
export const line = (type: string, description: string, fields: Fields, optional?: Fields): [string, Schema] => [
  type,
  { description, ...object({ v: { const: 1 }, type: { const: type }, ...fields }, optional) },
]

export const account = { provider: address, serviceType } satisfies Fields
/** What closing does next. */
export const closingStep = object(
  { type: text },
  { provider: address, providers: list(address), serviceType, service: text, until: seconds, amount: wei },
)
export const block = object({ number: count, timestamp: seconds })
export const failure = object({ count, at: seconds, message: text })
export const receipt = {
  transactionHash: hash,
  blockNumber: count,
  gasUsed: wei,
  status: count,
  success: flag,
} satisfies FieldsOf<Receipt>
