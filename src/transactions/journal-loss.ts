import type { TransactionPort } from '../chain/port.ts'
import { FINALITY_DEPTH } from './finality.ts'
import type { JournalExamination, RestoredRecord } from './journal-damage.ts'
import type { LostRecord } from './lost-record.ts'
import { closingIn, foldRecords, isClosingRecord, openClaims } from './journal-fold.ts'
import type { ClosingIntention, JournalEntry, JournalRecord } from './journal.types.ts'

/** What the chain says about a nonce. Where the node no longer has the block of a spent one, its transaction is null. */
export type NonceOutcome = {
  nonce: number
  state: 'mined' | 'pending' | 'absent'
  transaction: string | null
  block: number | null
}

/** What a damaged journal no longer says, and what that may concern. */
export type JournalLoss = {
  header: JournalExamination['header']
  lost: readonly LostRecord[]
  /** Records with one flipped bit: their checksums give that back, and nothing of them is lost. */
  restored: readonly RestoredRecord[]
  /** The wallet's nonce counts. */
  counts: { latest: number; pending: number }
  /** Nonces whose transactions a lost record may have been about, in rising order. */
  nonces: readonly NonceOutcome[]
  /** Claims that lost records name: what a claim has locked is not put back by itself. */
  claims: readonly string[]
  /** A request to close the ledger that a lost record may have ended: it is not gone on with. */
  closing: ClosingIntention | null
  /** Whether a lost record may have been a request to close the ledger. */
  mayHaveLostClosing: boolean
  /** Transactions without a known outcome: they are followed after the repair, and sent again where the node lost them. */
  open: readonly JournalEntry[]
}

export type NonceReader = Pick<TransactionPort, 'transactionCount' | 'head' | 'spender'>

/** Says what an examined journal has lost, and asks the chain about it. @throws ReadError where the node does not answer */
export async function lossOf(examination: JournalExamination, nonces: NonceReader): Promise<JournalLoss> {
  const { header, lost, restored } = examination
  const records = recordsIn(examination)
  const head = await nonces.head()
  const [latest, pending, final] = await Promise.all([
    nonces.transactionCount('latest'),
    nonces.transactionCount('pending'),
    nonces.transactionCount(Math.max(0, head - FINALITY_DEPTH)).catch(() => null),
  ])
  // Without the count of that block, as many of the latest nonces may not be final.
  const counts = { latest, pending, final: Math.min(final ?? Math.max(0, latest - FINALITY_DEPTH), latest) }
  const doubtful = doubtfulNonces(records, lost, counts)
  const claims = new Set(openClaims(records).map(({ id }) => id))
  return {
    header,
    lost,
    restored,
    counts: { latest, pending },
    nonces: await Promise.all(doubtful.map((nonce) => outcomeOf(nonce, counts, nonces))),
    claims: [...new Set(lost.flatMap(({ claim }) => claim ?? []))].filter((id) => !claims.has(id)),
    closing: doubtfulClosing(examination),
    mayHaveLostClosing: lost.some(({ type }) => type === null || type === 'closing'),
    open: foldRecords(records).filter(({ outcome }) => outcome === null),
  }
}

/** The records of the repaired journal. What is in doubt is held (`lost`), and a closing in doubt is ended. */
export function repairedRecords(
  examination: JournalExamination,
  { nonces, closing }: Pick<JournalLoss, 'nonces' | 'closing'>,
  at: number,
): JournalRecord[] {
  const id = `lost-${at.toString(36)}`
  return [
    ...recordsIn(examination),
    ...(closing ? [{ type: 'closing-ended', id: closing.id, outcome: 'cancelled' } as const] : []),
    ...(nonces.length > 0 ? [{ type: 'lost', id, nonces: nonces.map(({ nonce }) => nonce), at } as const] : []),
  ]
}

function recordsIn({ lines }: JournalExamination): JournalRecord[] {
  return lines.flatMap((line) => ('record' in line ? [line.record] : []))
}

type Counts = { latest: number; pending: number; /** As of a block that no reorganisation removes. */ final: number }

/**
 * Nonces of which the journal no longer says what was sent. A lost record names its nonce, or else it may have been about any
 * free one from the last final block on: nonces are taken in order, so the first free ones are enough.
 */
function doubtfulNonces(records: readonly JournalRecord[], lost: readonly LostRecord[], counts: Counts): number[] {
  const own = new Set(
    foldRecords(records).flatMap(({ prepared, outcome }) => (outcome?.type === 'superseded' ? [] : [prepared.nonce])),
  )
  const named = [...lost.flatMap(({ nonce }) => nonce ?? []), ...namedByOrphans(records)]
  const nameless = lost.filter(({ type, nonce }) => nonce === null && (type === null || type === 'prepared'))
  const free: number[] = []
  const isEnough = (nonce: number) =>
    nonce >= Math.max(counts.latest, counts.pending) &&
    free.filter((one) => one >= counts.latest).length >= nameless.length
  if (nameless.length > 0)
    for (let nonce = counts.final; !isEnough(nonce); nonce += 1) if (!own.has(nonce)) free.push(nonce)
  return [...new Set([...named, ...free])].filter((nonce) => !own.has(nonce)).toSorted((a, b) => a - b)
}

/** Steps of an intent whose first record is lost: their id begins with the nonce. */
function namedByOrphans(records: readonly JournalRecord[]): number[] {
  const known = new Set(records.flatMap((record) => (record.type === 'prepared' ? [record.id] : [])))
  const steps: ReadonlySet<string> = new Set(['replaced', 'sent', 'mined', 'unmined', 'superseded'])
  return records
    .filter(({ type, id }) => steps.has(type) && !known.has(id))
    .flatMap(({ id }) => /^(\d{1,9})-/.exec(id)?.[1] ?? [])
    .map(Number)
}

function doubtfulClosing({ lines }: JournalExamination): ClosingIntention | null {
  const begun = lines.findLastIndex((line) => 'record' in line && isClosingRecord(line.record))
  const later = lines.slice(begun + 1)
  const mayBeOver = later.some((line) => !('record' in line) && (line.type === null || line.type === 'closing-ended'))
  return mayBeOver ? closingIn(lines.flatMap((line) => ('record' in line ? [line.record] : []))) : null
}

async function outcomeOf(nonce: number, { latest, pending }: Counts, nonces: NonceReader): Promise<NonceOutcome> {
  if (nonce >= latest) return { nonce, state: nonce < pending ? 'pending' : 'absent', transaction: null, block: null }
  const spender = await nonces.spender(nonce).catch(() => null)
  const { transactionHash = null, blockNumber = null } = spender === 'not-kept' ? {} : (spender ?? {})
  return { nonce, state: 'mined', transaction: transactionHash, block: blockNumber }
}
