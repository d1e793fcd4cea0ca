import { LockedError, type Logger } from '../../index.ts'
import { note } from './terminal.ts'

const nothing = (): void => undefined

/** Prints the library's warnings on stderr: during a long wait nothing else says why it waits. */
export const warnings: Logger = { debug: nothing, info: nothing, warn: say, error: say }

/** The same for a command that another process may send: only where none does is a held journal its failure. */
export const warningsOfCommand: Logger = {
  ...warnings,
  error(details, message) {
    if (!((details as { err?: unknown }).err instanceof LockedError)) say(details, message)
  },
}

function say(details: object, message: string): void {
  const { err, message: words } = details as { err?: unknown; message?: unknown }
  // Events carry the words of an error, in one line.
  const [reason = ''] = err instanceof Error ? err.message.split('\n', 1) : [typeof words === 'string' ? words : '']
  note(reason === '' ? message : `${message}: ${reason}`)
}
