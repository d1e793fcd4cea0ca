import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { outputSchema } from '../../../../src/cli/output/output.schema.ts'
import { eventTypes } from '../../../support/type-names.ts'
import { eventSchemas, faultOf } from '../../../support/output-lines.ts'

const types = Object.keys(outputSchema['$defs'] as object)
const isLine = new Ajv2020({ allowUnionTypes: true }).compile(outputSchema)
const error = { v: 1, type: 'error', command: null, exitCode: 2, name: 'UsageError', message: 'No.', facts: {} }

test('a line of its version is taken, also with a field that is new, and one of another version is not', () => {
  const line = { ...error, retryable: false }
  expect([line, { ...line, later: 1 }, { ...line, v: 2 }, error].map((one) => isLine(one))).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('a line is checked against its type, and a field that the schema lacks is a fault there', () => {
  expect(faultOf({ ...error, retryable: false })).toBeNull()
  expect(faultOf({ ...error, retryable: false, later: 1 })).toBe(
    'error must NOT have additional properties {"additionalProperty":"later"}',
  )
  expect(faultOf({ v: 1, type: 'other' })).toBe('No schema has the type "other".')
})

test('every event of a broker has its schema', () => {
  expect([...eventSchemas.keys()].toSorted()).toEqual(Object.keys(eventTypes).toSorted())
})

test('every type has its row in the documentation, and every row its type', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/json-output.md'), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1] ?? '')
  const named = rows.flatMap((cell) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name ?? ''))
  const fields = ['v', 'type', 'command', 'name', 'code', 'message', 'facts', 'retryable', 'docs', 'cause']
  expect(named.filter((name) => !fields.includes(name)).toSorted()).toEqual(
    types.filter((type) => type !== 'error').toSorted(),
  )
})
