import { OgLedgerError } from './og-ledger-error.ts'

/** The sentence of an error, with its reason where it has one: its other facts, such as paths and processes, are for the log. */
export function sentenceOf(error: Error): string {
  const [sentence = ''] = error.message.split('\n', 1)
  const reason = error instanceof OgLedgerError ? error.facts['reason'] : undefined
  return reason === undefined ? sentence : `${sentence.replace(/\.$/, '')} (${reason}).`
}
