import { defineCommand } from 'citty'
import { isMachine } from '../../../machines/edges.ts'
import * as entry from '../../../machines/index.ts'
import type { AnyStateMachine } from 'xstate'
import { jsonOf, mermaidOf } from '../charts.ts'
import { print } from '../screen/terminal.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { choiceOf } from '../arguments/values.ts'

export const command = defineCommand({
  args: {
    name: { type: 'positional', required: false, description: 'one of them alone, such as subAccount' },
    format: {
      type: 'string',
      default: 'mermaid',
      valueHint: 'format',
      description: 'mermaid, or json: a config for createMachine and Stately Studio, one per line',
    },
    json: { type: 'boolean', description: 'as --format json' },
  },
  run({ args }) {
    const format = args.json ? 'json' : choiceOf(args.format, '--format', ['mermaid', 'json'])
    const machines = machinesBy(args.name)
    if (format === 'json') for (const machine of machines) print(JSON.stringify(jsonOf(machine)))
    else print(machines.map(mermaidOf).join('\n\n'))
  },
})

function machinesBy(name: string | undefined): AnyStateMachine[] {
  const all = Object.values<unknown>(entry)
    .filter(isMachine)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const found = name === undefined ? all : all.filter(({ id }) => plain(id) === plain(name))
  if (found.length > 0) return found
  const known = all.map(({ id }) => id).join(', ')
  throw new UsageError(`There is no machine ${JSON.stringify(name)}: there are ${known}.`)
}

/** `sub-account` names `subAccount`, too. */
const plain = (name: string): string => name.replaceAll('-', '').toLowerCase()
