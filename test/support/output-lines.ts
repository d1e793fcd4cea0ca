import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { outputSchema } from '../../src/cli/output/output.schema.ts'

const lines = outputSchema['$defs'] as Readonly<Record<string, object>>
const compiled = new Map<string, ValidateFunction>()

/** What is wrong with a line of JSON by its schema, in which a field that it does not name is wrong as well; null where nothing is. */
export function faultOf(line: unknown): string | null {
  const type = typeof line === 'object' && line !== null && 'type' in line ? String(line.type) : ''
  const schema = lines[type]
  if (!schema) return `No schema has the type ${JSON.stringify(type)}.`
  let isLine = compiled.get(type)
  if (!isLine) {
    isLine = new Ajv2020({ allowUnionTypes: true, allErrors: true }).compile(closed(schema) as object)
    compiled.set(type, isLine)
  }
  if (isLine(line)) return null
  return (isLine.errors ?? [])
    .map(({ instancePath, message, params }) => `${type}${instancePath} ${message} ${JSON.stringify(params)}`)
    .join('\n')
}

/** The same schema without room for other fields. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in inner && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner
}
