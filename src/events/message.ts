import { redact } from '../base/redact.ts'

const LONGEST = 500

/** A message as an event may carry it: one line, without credentials and signed bytes. */
export function messageOf(message: string): string {
  return redact(message, { urls: 'host', hex: 'beginning', tokens: true, oneLine: true, length: LONGEST })
}
