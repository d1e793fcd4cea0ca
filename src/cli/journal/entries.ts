import type { JournalEntry } from '../../index.ts'
import type { Column } from '../screen/table.ts'
import { aligned, moment, short } from '../screen/words.ts'

/** Columns of a table of the journal's transactions. */
export const entryColumns: readonly Column<JournalEntry>[] = [
  { title: 'id', cell: ({ prepared }) => prepared.id },
  { title: 'decided', yields: 2, cell: ({ prepared }) => moment(prepared.at / 1_000) },
  { title: 'nonce', right: true, yields: 1, cell: ({ prepared }) => String(prepared.nonce) },
  { title: 'operation', cell: ({ prepared }) => prepared.intent.call.method },
  { title: 'sub-account', yields: 2, cell: subAccountInWords },
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

/** Where it moves money to or from: a table of payments says to whom. */
function subAccountInWords({ prepared: { intent } }: JournalEntry): string {
  const [first, ...others] = intent.touches
  if (first === undefined) return '-'
  return others.length === 0 ? `${first.serviceType} ${short(first.provider)}` : `${intent.touches.length} sub-accounts`
}

function hashInWords({ outcome, attempts }: JournalEntry): string {
  return (outcome?.type === 'mined' ? outcome.hash : attempts.at(-1)?.hash) ?? 'unknown'
}
