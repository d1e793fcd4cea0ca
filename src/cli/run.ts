import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { runCommand } from 'citty'
import { checkArguments } from './arguments/check-arguments.ts'
import { commandLineOf } from './arguments/command-line.ts'
import { didYouMean } from '../base/nearest-name.ts'
import { outputOptions, type OutputArguments } from './arguments/options.ts'
import { commands, type CommandEntry } from './command-table.ts'
import { secretsIn } from './config/secrets.ts'
import { EXIT } from './exit-codes.ts'
import { interrupted } from './session/interrupt.ts'
import { note, print, printJson, wantsJson } from './screen/terminal.ts'
import { usageOf, usageOfAll } from './arguments/usage.ts'
import { InterruptedError, UsageError } from './arguments/usage-error.ts'

/** How long an interrupted command may take to end by itself. */
const LAST_WORDS_MS = 1_000

/** Runs one command line and returns its exit code. A failure is one message on stderr, and a line where results are JSON. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    return await runCommandLine(argv)
  } catch (error) {
    const { failureOf } = await import('./failure.ts')
    const { name, output } = await meantBy(argv)
    const { text, code, record } = failureOf(error, name)
    // A key that was pasted into the command line is not repeated. A hash is cut as well: it has the same form.
    const secrets = code === EXIT.usage ? secretsIn(argv) : []
    const help = name === null ? 'og-ledger --help' : `og-ledger ${name} --help`
    note(error instanceof UsageError ? `${text} ${help} tells what is possible.` : text, secrets)
    if (output && wantsJson(output)) printJson(record, secrets)
    return code
  }
}

/** The command of a command line that failed, where there is such a one, and how it prints; null where that is never JSON. */
async function meantBy(argv: readonly string[]): Promise<{ name: string | null; output: OutputArguments | null }> {
  const { name, rest } = commandLineOf(argv)
  const entry = entryOf(name)
  const command = await entry?.load()
  const { format, json } = parseArgs({ args: rest, options: OUTPUT, strict: false, allowPositionals: true }).values
  const output = { json: json === true, ...(typeof format === 'string' && { format }) }
  const printsResults = !command || command.args['format'] === outputOptions.format
  return { name: entry ? name : null, output: printsResults ? output : null }
}

const OUTPUT = { format: { type: 'string' }, json: { type: 'boolean' } } as const

const entryOf = (name: string | null): CommandEntry | undefined =>
  name !== null && Object.hasOwn(commands, name) ? commands[name] : undefined

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const { name, rest, wantsHelp, wantsVersion } = commandLineOf(argv)
  if (name === null) return withoutCommand({ wantsHelp, wantsVersion })
  const entry = entryOf(name)
  if (!entry)
    throw new UsageError(`There is no command ${JSON.stringify(name)}${didYouMean(name, Object.keys(commands)) || '.'}`)
  const command = await entry.load()
  if (wantsHelp) {
    print(await usageOf(name, entry, command))
    return EXIT.ok
  }
  checkArguments(rest, command.args, entry)
  const running = runCommand(command, { rawArgs: rest })
  // An endless command ends at Ctrl-C by itself.
  const { result } = await (entry.endless ? running : Promise.race([running, interruption()]))
  return typeof result === 'number' ? result : EXIT.ok
}

async function withoutCommand({ wantsHelp, wantsVersion }: { wantsHelp: boolean; wantsVersion: boolean }) {
  const { version } = createRequire(import.meta.url)('og-ledger/package.json') as { version: string }
  if (wantsVersion) print(version)
  else if (wantsHelp) print(await usageOfAll(version))
  else note(await usageOfAll(version))
  return wantsHelp || wantsVersion ? EXIT.ok : EXIT.usage
}

/** Rejects after Ctrl-C, also while a command hangs in a request that is never answered. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new InterruptedError('Interrupted.'))
    interrupted.addEventListener('abort', () => void setTimeout(end, LAST_WORDS_MS).unref(), { once: true })
  })
}
