import { parseArgs } from 'node:util'
import { readingOptions, sendingOptions } from './options.ts'

export type CommandLine = {
  /** The command; null where there is none. */
  name: string | null
  /** All other arguments in their order: options may stand before the command, too. */
  rest: string[]
  wantsHelp: boolean
  wantsVersion: boolean
}

/** The options that take a value, so that the value is not taken for the command. */
const options = Object.fromEntries(
  Object.entries({ ...readingOptions, ...sendingOptions }).map(([name, { type }]) => [name, { type }]),
)

/** Finds the command in a command line. citty drops the options before it. */
export function commandLineOf(argv: readonly string[]): CommandLine {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? argv.length
  const words = tokens.filter(({ kind, index }) => kind === 'positional' && index < end)
  // As with git and npm: `help` asks the same as --help, of the command after it.
  const isHelp = words[0] !== undefined && argv[words[0].index] === 'help'
  const command = isHelp ? words[1] : words[0]
  const asks = (...names: string[]) => tokens.some((one) => one.kind === 'option' && names.includes(one.name))
  return {
    name: command ? (argv[command.index] ?? null) : null,
    rest: command ? argv.toSpliced(command.index, 1) : [...argv],
    wantsHelp: isHelp || asks('help', 'h'),
    wantsVersion: asks('version', 'v'),
  }
}
