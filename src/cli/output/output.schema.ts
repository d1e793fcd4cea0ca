import { actLines } from './act.schema.ts'
import { eventLines } from './event.schema.ts'
import { fleetLines } from './fleet.schema.ts'
import { lookLines } from './look.schema.ts'
import type { Schema } from './parts.ts'
import { positionLines } from './position.schema.ts'

/** A line of JSON of each type, by its type. */
const lines: Readonly<Record<string, Schema>> = Object.fromEntries([
  ...positionLines,
  ...eventLines,
  ...fleetLines,
  ...lookLines,
  ...actLines,
])

/** The JSON Schema of a line that a command prints on stdout. Programs skip types that it does not know. */
export const outputSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A line of JSON of og-ledger, version 1',
  description:
    'Amounts are strings of wei, times are seconds of block time. A new field or a new type leaves the version `v`, everything else raises it.',
  $defs: lines,
  oneOf: Object.keys(lines).map((type) => ({ $ref: `#/$defs/${type}` })),
}
