import { expect, test } from 'vitest'
import { commandLineOf } from '../../../../src/cli/arguments/command-line.ts'

test.for([
  [['help'], { name: null, wantsHelp: true }],
  [['help', 'status'], { name: 'status', wantsHelp: true }],
  [['--network', 'mainnet', 'help', 'auto-fund'], { name: 'auto-fund', wantsHelp: true }],
  [['status', '--help'], { name: 'status', wantsHelp: true }],
  [['status', 'help'], { name: 'status', wantsHelp: false }],
] as const)('%j asks for help of a command as --help does', ([argv, expected]) => {
  expect(commandLineOf(argv)).toMatchObject(expected)
})
