import { createRequire } from 'node:module'
import { runCommand } from 'citty'
import { redact } from '../base/redact.ts'
import { checkArguments } from './arguments/check-arguments.ts'
import { commandLineOf } from './arguments/command-line.ts'
import { commands } from './command-table.ts'
import { secretsIn } from './config/secrets.ts'
import { EXIT } from './exit-codes.ts'
import { interrupted } from './session/interrupt.ts'
import { note, print } from './screen/terminal.ts'
import { usageOf, usageOfAll } from './arguments/usage.ts'
import { InterruptedError, UsageError } from './arguments/usage-error.ts'

/** How long an interrupted command may take to end by itself. */
const LAST_WORDS_MS = 1_000

/** Runs one command line and returns its exit code. A failure is one message on stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    return await runCommandLine(argv)
  } catch (error) {
    const { failureOf } = await import('./failure.ts')
    const { text: message, code } = failureOf(error)
    // A key that was pasted into the command line is not repeated. A hash is cut as well: it has the same form.
    const isRefusal = code === EXIT.usage
    const text = isRefusal ? redact(message, { urls: 'host', secrets: secretsIn(argv) }) : message
    note(error instanceof UsageError ? `${text} og-ledger --help tells what is possible.` : text)
    return code
  }
}

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const { name, rest, wantsHelp, wantsVersion } = commandLineOf(argv)
  if (name === null) return withoutCommand({ wantsHelp, wantsVersion })
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry) throw new UsageError(`There is no command ${JSON.stringify(name)}.`)
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
