import type { JournalEntry } from '../../index.ts'
import type { Column } from '../screen/table.ts'
import { aligned, moment } from '../screen/words.ts'

/** Columns of a table of the journal's transactions. */
export const entryColumns: readonly Column<JournalEntry>[] = [
  { title: 'id', cell: ({ prepared }) => prepared.id },
  { title: 'decided', yields: 2, cell: ({ prepared }) => moment(prepared.at / 1_000) },
  { title: 'nonce', right: true, yields: 1, cell: ({ prepared }) => String(prepared.nonce) },
  { title: 'operation', cell: ({ prepared }) => prepared.intent.call.method },
  { title: 'amount', right: true, cell: ({ prepared }) => aligned(prepared.intent.amount) },
  { title: 'state', cell: stateOf },
  // A hash is for copying: it is never cut, and has a line of its own.
  { title: 'transaction', yields: 3, cell: hashInWords, below: hashInWords },
]

/** The same for one line of JSON. */
export function entryRecord(entry: JournalEntry): object {
  const { id, at, nonce, intent } = entry.prepared
  const { call, subAccount, amount } = intent
  return {
    type: 'transaction',
    id,
    state: stateOf(entry),
    decidedAt: new Date(at).toISOString(),
    nonce,
    operation: call.method,
    subAccount,
    amount,
    hashes: entry.attempts.map(({ hash }) => hash),
    outcome: entry.outcome,
  }
}

function stateOf({ outcome, attempts }: JournalEntry): string {
  if (!outcome) return attempts.length === 0 ? 'unresolved' : 'open'
  if (outcome.type === 'superseded') return outcome.refused ? 'refused' : 'superseded'
  return outcome.status === 1 ? 'mined' : 'reverted'
}

function hashInWords({ outcome, attempts }: JournalEntry): string {
  return (outcome?.type === 'mined' ? outcome.hash : attempts.at(-1)?.hash) ?? 'unknown'
}
