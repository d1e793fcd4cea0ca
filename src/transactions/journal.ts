import type { Fees, SignedTransaction } from '../chain/port.ts'
import type { ServiceType } from '../../machines/position.types.ts'
import { LONGEST_WINDOW } from '../auto-funding-config.ts'
import type { Intent } from './intent.ts'
import { isIntention, type IntentionRecord } from './intention.ts'

/** One step in the life of an intent. What is appended is on disk before the step is taken. */
export type JournalRecord =
  /** Decided, and signed where the wallet signs before it sends. Nothing was broadcast yet. */
  | {
      type: 'prepared'
      id: string
      intent: Intent
      nonce: number
      gasLimit: bigint
      fees: Fees
      signed: SignedTransaction | null
      /** Milliseconds since 1970, for people. */
      at: number
    }
  /** The same intent at the same nonce, signed anew with higher fees. */
  | { type: 'replaced'; id: string; fees: Fees; signed: SignedTransaction }
  /** A wallet that signs only by sending gave this hash. */
  | { type: 'sent'; id: string; hash: string }
  | { type: 'mined'; id: string; hash: string; blockNumber: number; status: 0 | 1 }
  /** A reorganisation took its block back. */
  | { type: 'unmined'; id: string }
  /** It can never be mined, or a person said that it was not sent. */
  | { type: 'superseded'; id: string; reason: string }
  /** Refunds are about to be claimed. What was free there is locked by it, and is to be put back. */
  | Claim
  /** It was put back, or there was nothing to put back. */
  | ClaimEnded
  /** What remains of an intent of auto-funding that was mined long ago: for budgets. */
  | ({ type: 'paid'; id: string } & Payment)
  | IntentionRecord

export type ClaimEnded = { type: 'claiming-ended'; id: string }

/** One retrieve that claims refunds of these sub-accounts; its transactions name it. */
export type Claim = {
  type: 'claiming'
  id: string
  serviceType: ServiceType
  /** With when each of their refunds was asked for, as it was before: any other is the claim's own. */
  accounts: readonly { provider: string; known: readonly number[] }[]
  /** Milliseconds since 1970, for people. */
  at: number
}

/** Money that auto-funding sent, and when it decided to, in seconds of block time; Infinity for what is on its way. */
export type Payment = { provider: string; serviceType: ServiceType; amount: bigint; at: number }

/** Where intents are kept from before they are broadcast until their outcome is known. */
export interface Journal {
  /** Everything kept so far, oldest first. Called once, before anything is appended. */
  load(): Promise<readonly JournalRecord[]>
  /** Resolves once the record would survive a crash; rejects when it would not, and then nothing is sent. */
  append(record: JournalRecord): Promise<void>
  close(): Promise<void>
}

/** For browsers and tests: gone with the page. */
export function memoryJournal(): Journal & { readonly records: readonly JournalRecord[] } {
  const records: JournalRecord[] = []
  return {
    records,
    load: () => Promise.resolve([...records]),
    append(record) {
      records.push(record)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

/** What the records of one intent add up to. */
export type JournalEntry = {
  prepared: Extract<JournalRecord, { type: 'prepared' }>
  /** Every hash it may be mined under, with the bytes where they are known. */
  attempts: readonly { hash: string; raw: string | null; fees: Fees }[]
  outcome: Extract<JournalRecord, { type: 'mined' | 'superseded' }> | null
}

/** Folds records into intents, oldest first. */
export function foldRecords(records: readonly JournalRecord[]): JournalEntry[] {
  const entries = new Map<string, JournalEntry>()
  for (const record of records) {
    if (isIntention(record)) continue
    const known = entries.get(record.id)
    if (record.type === 'prepared')
      entries.set(record.id, { prepared: record, attempts: firstAttempt(record), outcome: null })
    else if (known && isStep(record)) entries.set(record.id, fold(known, record))
  }
  return [...entries.values()]
}

export function isClaim(record: JournalRecord): record is Claim | ClaimEnded {
  return record.type === 'claiming' || record.type === 'claiming-ended'
}

/** Claims that did not end, oldest first. */
export function openClaims(records: readonly JournalRecord[]): Claim[] {
  const ended = new Set(records.filter(({ type }) => type === 'claiming-ended').map(({ id }) => id))
  return records.filter((record) => record.type === 'claiming').filter(({ id }) => !ended.has(id))
}

function firstAttempt({ signed, fees }: JournalEntry['prepared']): JournalEntry['attempts'] {
  return signed ? [{ ...signed, fees }] : []
}

/** What may become of an intent. */
type Step = Extract<JournalRecord, { type: 'replaced' | 'sent' | 'mined' | 'unmined' | 'superseded' }>

const steps: ReadonlySet<string> = new Set<Step['type']>(['replaced', 'sent', 'mined', 'unmined', 'superseded'])
const isStep = (record: JournalRecord): record is Step => steps.has(record.type)

function fold(entry: JournalEntry, record: Step): JournalEntry {
  const { attempts, prepared } = entry
  switch (record.type) {
    case 'replaced':
      return { ...entry, attempts: [...attempts, { ...record.signed, fees: record.fees }] }
    case 'sent':
      return { ...entry, attempts: [...attempts, { hash: record.hash, raw: null, fees: prepared.fees }] }
    case 'unmined':
      return { ...entry, outcome: null }
    case 'mined':
    case 'superseded':
      return { ...entry, outcome: record }
  }
}

/** Whether any limit may count a payment once there was another at `now`: whatever is set later, none looks back further. */
export const isCounted = ({ at }: { at: number }, now: number): boolean => now - at <= LONGEST_WINDOW

/** What auto-funding sent by this intent, or may yet; null for what it did not decide on, or what did not happen. */
export function paymentOf({ subAccount, amount, decidedAt }: Intent, outcome: JournalEntry['outcome']): Payment | null {
  if (!subAccount || decidedAt === null) return null
  if (outcome?.type === 'superseded' || outcome?.status === 0) return null
  return { ...subAccount, amount, at: decidedAt }
}
