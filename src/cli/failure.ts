import { AbortedError, InvalidInputError } from '../index.ts'
import { EXIT } from './exit-codes.ts'
import { InterruptedError, UsageError } from './arguments/usage-error.ts'

/** The message of a failed command, without a stack, and its exit code. */
export function failureOf(error: unknown): { text: string; code: number } {
  return { text: error instanceof Error ? error.message : String(error), code: codeOf(error) }
}

function codeOf(error: unknown): number {
  if (error instanceof InterruptedError || error instanceof AbortedError) return EXIT.interrupted
  if (error instanceof UsageError || error instanceof InvalidInputError) return EXIT.usage
  return EXIT.failed
}
