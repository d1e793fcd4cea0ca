import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { outputSchema } from '../../src/cli/output/output.schema.ts'

type EventSchema = { properties: { type: { const: string } } }
type Lines = Readonly<Record<string, object>> & { event: { properties: { event: { anyOf: EventSchema[] } } } }

const lines = outputSchema['$defs'] as Lines

/** The schema of each event of a broker, by its type. */
export const eventSchemas: ReadonlyMap<string, object> = new Map(
  lines.event.properties.event.anyOf.map((schema) => [schema.properties.type.const, schema]),
)

/** What is wrong with a line of JSON by its schema, in which a field that it does not name is wrong as well; null where nothing is. */
export function faultOf(line: unknown): string | null {
  const type = typeOf(line)
  const schema = lines[type]
  if (!schema) return `No schema has the type ${JSON.stringify(type)}.`
  // The faults by every other event would hide what is wrong.
  const event = type === 'event' ? (line as { event: unknown }).event : null
  const eventSchema = eventSchemas.get(typeOf(event))
  return eventSchema ? faultBy(eventSchema, typeOf(event), event) : faultBy(schema, type, line)
}

const compiled = new Map<object, ValidateFunction>()

function faultBy(schema: object, name: string, value: unknown): string | null {
  const isValid =
    compiled.get(schema) ?? new Ajv2020({ allowUnionTypes: true, allErrors: true }).compile(closed(schema))
  compiled.set(schema, isValid)
  if (isValid(value)) return null
  return (isValid.errors ?? [])
    .map(({ instancePath, message, params }) => `${name}${instancePath} ${message} ${JSON.stringify(params)}`)
    .join('\n')
}

const typeOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : ''

/** The same schema without room for other fields. */
function closed(schema: object): object {
  if (Array.isArray(schema)) return schema.map(inside)
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inside(value)]))
  return 'properties' in inner && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner
}

const inside = (value: unknown): unknown => (typeof value === 'object' && value !== null ? closed(value) : value)
