import type {
  Claim,
  ClaimEnded,
  ClosingIntention,
  IntentionRecord,
  JournalEntry,
  JournalRecord,
} from './journal.types.ts'

/** Folds records into intents, oldest first. */
export function foldRecords(records: readonly JournalRecord[]): JournalEntry[] {
  const entries = new Map<string, JournalEntry>()
  for (const record of records) {
    const known = entries.get(record.id)
    if (record.type === 'prepared') {
      entries.delete(record.id)
      entries.set(record.id, { prepared: record, attempts: attemptsOf(record, known), outcome: null })
    } else if (known && isStep(record)) entries.set(record.id, fold(known, record))
  }
  return [...entries.values()]
}

/** Claims without an end, oldest first. */
export function openClaims(records: readonly JournalRecord[]): Claim[] {
  const ended = new Set(records.filter(({ type }) => type === 'claiming-ended').map(({ id }) => id))
  return records.filter((record) => record.type === 'claiming').filter(({ id }) => !ended.has(id))
}

/** The closing without an end; null where there is none. */
export function closingIn(records: readonly JournalRecord[]): ClosingIntention | null {
  const last = records.findLast(isClosingRecord)
  return last?.type === 'closing' ? { id: last.id, since: last.at } : null
}

/** Nonces that a repair could not read about, as far as no later own transaction proves them spent. In rising order. */
export function lostNonces(records: readonly JournalRecord[]): number[] {
  const spent = spentNonces(records)
  const lost = records.flatMap((record) => (record.type === 'lost' ? record.nonces : []))
  return [...new Set(lost)].filter((nonce) => nonce >= spent).toSorted((a, b) => a - b)
}

/** How many nonces are proven spent: a mined transaction proves it of its own nonce and of all below. */
export function spentNonces(records: readonly JournalRecord[]): number {
  return foldRecords(records).reduce(
    (spent, { outcome, prepared }) => (outcome?.type === 'mined' ? Math.max(spent, prepared.nonce + 1) : spent),
    0,
  )
}

export function isClaimRecord(record: JournalRecord): record is Claim | ClaimEnded {
  return record.type === 'claiming' || record.type === 'claiming-ended'
}

export function isClosingRecord(record: JournalRecord): record is IntentionRecord {
  return record.type === 'closing' || record.type === 'closing-ended'
}

/** What may follow a `prepared` record of the same id. */
type Step = Extract<JournalRecord, { type: 'replaced' | 'sent' | 'mined' | 'unmined' | 'superseded' }>

const steps: ReadonlySet<string> = new Set<Step['type']>(['replaced', 'sent', 'mined', 'unmined', 'superseded'])
const isStep = (record: JournalRecord): record is Step => steps.has(record.type)

/** A call that a node refused, and that was signed anew with the same bytes, has one id: another node may have replacements of the first. */
function attemptsOf({ signed, fees }: JournalEntry['prepared'], before?: JournalEntry): JournalEntry['attempts'] {
  return signed ? withLatest(before?.attempts ?? [], { ...signed, fees }) : []
}

type Attempts = JournalEntry['attempts']

const withLatest = (attempts: Attempts, latest: Attempts[number]): Attempts => [
  ...attempts.filter(({ hash }) => hash !== latest.hash),
  latest,
]

function fold(entry: JournalEntry, record: Step): JournalEntry {
  const { attempts, prepared } = entry
  switch (record.type) {
    case 'replaced':
      return { ...entry, attempts: withLatest(attempts, { ...record.signed, fees: record.fees }) }
    case 'sent':
      return { ...entry, attempts: withLatest(attempts, { hash: record.hash, raw: null, fees: prepared.fees }) }
    case 'unmined':
      return { ...entry, outcome: null }
    case 'mined':
    case 'superseded':
      return { ...entry, outcome: record }
  }
}
