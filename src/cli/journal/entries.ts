import type { JournalEntry } from '../../index.ts'
import { aligned } from '../screen/words.ts'

/** Columns of a table of the journal's transactions. */
export const entryColumns = [
  { title: 'id', cell: ({ prepared }: JournalEntry) => prepared.id },
  { title: 'decided', cell: ({ prepared }: JournalEntry) => new Date(prepared.at).toISOString().slice(0, 19) },
  { title: 'nonce', right: true, cell: ({ prepared }: JournalEntry) => String(prepared.nonce) },
  { title: 'operation', cell: ({ prepared }: JournalEntry) => prepared.intent.call.method },
  { title: 'amount OG', right: true, cell: ({ prepared }: JournalEntry) => aligned(prepared.intent.amount) },
  { title: 'state', cell: stateOf },
  { title: 'transaction', cell: (entry: JournalEntry) => hashOf(entry) ?? 'unknown' },
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

function hashOf({ outcome, attempts }: JournalEntry): string | undefined {
  return outcome?.type === 'mined' ? outcome.hash : attempts.at(-1)?.hash
}
