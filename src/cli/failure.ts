import { AbortedError, InvalidInputError, OgLedgerError } from '../index.ts'
import { adviceInCommands, messageInCommands } from './advice.ts'
import { EXIT } from './exit-codes.ts'
import { InterruptedError, UsageError } from './arguments/usage-error.ts'

export type Failure = {
  /** Without a stack. */
  text: string
  /** The exit code. */
  code: number
  /** What a line of JSON says of it. */
  record: object
}

/** How a command failed; null as its name where there was none. */
export function failureOf(error: unknown, command: string | null): Failure {
  const text = error instanceof Error ? messageInCommands(error) : String(error)
  const code = codeOf(error)
  return { text, code, record: { type: 'error', command, exitCode: code, ...factsOf(error, text) } }
}

/** As `OgLedgerError.toJSON` has it; an error of another kind has no facts, code and page. */
function factsOf(error: unknown, text: string): object {
  if (error instanceof OgLedgerError) {
    const { facts, ...more } = error.toJSON()
    const advice = facts['do']
    return { ...more, facts: advice === undefined ? facts : { ...facts, do: adviceInCommands(advice) } }
  }
  return { name: error instanceof Error ? error.name : 'Error', message: text, facts: {}, retryable: false }
}

function codeOf(error: unknown): number {
  if (error instanceof InterruptedError || error instanceof AbortedError) return EXIT.interrupted
  if (error instanceof UsageError || error instanceof InvalidInputError) return EXIT.usage
  return EXIT.failed
}
