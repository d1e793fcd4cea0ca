import type { Logger } from '../../index.ts'
import { note } from './terminal.ts'

const nothing = (): void => undefined

/** Prints the library's warnings on stderr: during a long wait nothing else says why it waits. */
export const warnings: Logger = { debug: nothing, info: nothing, warn: say, error: say }

function say(details: object, message: string): void {
  const { err } = details as { err?: unknown }
  const reason = err instanceof Error ? `: ${err.message.split('\n', 1)[0] ?? ''}` : ''
  note(`${message}${reason}`)
}
