import { redact } from '../base/redact.ts'
import { OgLedgerError } from '../index.ts'

/** The most characters of a message that a page shows. */
const LONGEST = 300

/**
 * What went wrong, as the page may know it: one line without addresses of servers, which may hold credentials, and without
 * long runs of hex digits, which may be signed bytes.
 */
export function safeMessage(message: string): string {
  return redact(message, { urls: 'nothing', hex: 'nothing', tokens: true, oneLine: true, length: LONGEST })
}

/** An error of og-ledger says what happened in its first line; the text of any other error is not shown. */
export function safeMessageOf(error: unknown): string {
  if (!(error instanceof OgLedgerError)) return 'Something unexpected went wrong.'
  const [sentence = ''] = error.message.split('\n', 1)
  const { reason, do: advice } = error.facts
  return safeMessage([sentence, reason && `(${reason})`, advice && `To do: ${advice}.`].filter(Boolean).join(' '))
}
