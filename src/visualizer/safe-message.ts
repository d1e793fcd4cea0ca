import { OgLedgerError } from '../index.ts'

const LONGEST = 300

/**
 * What went wrong, as the page may know it: one line without addresses of servers, which may hold credentials, and without
 * long runs of digits, which may be signed bytes.
 */
export function safeMessage(message: string): string {
  const line = message
    .replaceAll(/\b[a-z][a-z\d+.-]*:\/\/\S+/gi, '…')
    .replaceAll(/\b(0x)?[\da-f]{65,}\b/gi, '…')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

/** An error of og-ledger says itself in its first line; what others say may be about anything. */
export function safeMessageOf(error: unknown): string {
  if (!(error instanceof OgLedgerError)) return 'Something unexpected went wrong.'
  const [sentence = ''] = error.message.split('\n', 1)
  const { reason, do: advice } = error.facts
  return safeMessage([sentence, reason && `(${reason})`, advice && `To do: ${advice}.`].filter(Boolean).join(' '))
}
