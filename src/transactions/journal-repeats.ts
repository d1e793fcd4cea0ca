import type { JournalRecord } from './journal.types.ts'

/**
 * Drops what the latest `prepared` record of an intent makes void: a call that a node refuses for good, and that is signed anew with the
 * same bytes, has one id each time. What folds to the same intents stays, with each hash once.
 */
export function withoutRepeats(records: readonly JournalRecord[]): JournalRecord[] {
  const prepared = new Map<string, number>()
  const hashes = new Map<string, number>()
  for (const [at, record] of records.entries()) {
    if (record.type === 'prepared') prepared.set(record.id, at)
    const hash = hashIn(record)
    if (hash !== null) hashes.set(`${record.id} ${hash}`, at)
  }
  const isVoid = (record: JournalRecord, at: number) =>
    OF_INTENTS.has(record.type) && at < (prepared.get(record.id) ?? 0)
  const isAttempt = (record: JournalRecord, at: number) =>
    record.type !== 'prepared' && hashes.get(`${record.id} ${hashIn(record)}`) === at
  // An attempt follows a record of its intent.
  const leading = new Set(
    records.filter((record, at) => isVoid(record, at) && isAttempt(record, at)).map(({ id }) => id),
  )
  return records.filter((record, at) => {
    if (!isVoid(record, at)) return true
    return record.type === 'prepared' ? leading.delete(record.id) : isAttempt(record, at)
  })
}

const OF_INTENTS: ReadonlySet<JournalRecord['type']> = new Set([
  'prepared',
  'replaced',
  'sent',
  'mined',
  'unmined',
  'superseded',
])

/** The hash under which a record says that its intent may be mined. */
function hashIn(record: JournalRecord): string | null {
  switch (record.type) {
    case 'prepared':
      return record.signed?.hash ?? null
    case 'replaced':
      return record.signed.hash
    case 'sent':
      return record.hash
    default:
      return null
  }
}
