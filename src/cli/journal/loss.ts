import { weiToOg, type JournalLoss, type JournalRecord, type LostRecord, type NonceOutcome } from '../../index.ts'
import { table } from '../screen/table.ts'
import { IN_OG } from '../screen/overview.ts'
import { lineWidth } from '../screen/terminal.ts'
import { entryColumns, entryRecord } from './entries.ts'

/** What a damaged journal has lost, for people. */
export function lossLines(journal: string, loss: JournalLoss): string[] {
  const { counts, lost, nonces, open } = loss
  return [
    `The journal is damaged: ${journal}`,
    '',
    ...headerLines(loss),
    ...loss.restored.map(
      ({ line, record }) => `line ${line}: one bit was flipped, and is restored: ${summaryOf(record)}`,
    ),
    ...lost.map(lostLine),
    '',
    `The chain counts ${counts.latest} spent nonces of the wallet, ${counts.pending} with those in the node's pool.`,
    ...nonces.map(nonceLine),
    ...effects(loss),
    ...(open.length > 0
      ? ['', 'Without a known outcome; the next broker follows them, and sends them again where the node lost them:']
      : []),
    ...(open.length > 0 ? [...table(entryColumns, open, lineWidth()), IN_OG] : []),
    '',
    'The repair keeps the damaged file, under a name with its time.',
  ]
}

/** The same as one line of JSON. */
export function lossRecord(journal: string, { open, restored, ...loss }: JournalLoss): object {
  return {
    type: 'journal-damage',
    journal,
    ...loss,
    restored: restored.map(({ line, record: { type, id } }) => ({ line, type, id })),
    open: open.map(entryRecord),
  }
}

function headerLines({ header }: JournalLoss): string[] {
  if (header === 'whole') return []
  return header === 'restored'
    ? ['line 1: the header had one flipped bit, and is restored']
    : ["line 1: the header is lost; the journal is taken for this chain's, as its name says"]
}

function summaryOf(record: JournalRecord): string {
  if (record.type !== 'prepared') return `${record.type} ${record.id}`
  const { id, nonce, intent } = record
  return `${intent.call.method} of ${weiToOg(intent.amount)} OG, nonce ${nonce} (${id})`
}

function lostLine({ line, type, id, nonce, operation, provider, amount, hash, claim, text }: LostRecord): string {
  const parts = [
    type,
    id,
    operation,
    amount === null ? null : `${weiToOg(amount)} OG`,
    provider && `to ${provider}`,
    nonce === null ? null : `nonce ${nonce}`,
    hash && `transaction ${hash}`,
    claim !== id && claim ? `claim ${claim}` : null,
  ].filter((part) => part !== null && part !== '')
  const read =
    parts.length > 0 ? `it may have said ${parts.join(', ')}` : `nothing of it can be read: ${text.slice(0, 60)}`
  return `line ${line}: lost; ${read}`
}

function nonceLine({ nonce, state, transaction, block }: NonceOutcome): string {
  switch (state) {
    case 'mined':
      return transaction === null
        ? `nonce ${nonce}: spent; the node no longer says by which transaction`
        : `nonce ${nonce}: mined in block ${block} as ${transaction}`
    case 'pending':
      return `nonce ${nonce}: waits in the node's pool`
    case 'absent':
      return `nonce ${nonce}: neither mined nor in the node's pool`
  }
}

/** What else is not as it was. */
function effects({ lost, nonces, claims, closing, mayHaveLostClosing }: JournalLoss): string[] {
  const list = nonces.map(({ nonce }) => nonce).join(', ')
  return [
    ...(nonces.length > 0
      ? [`Until the chain shows what became of nonce ${list}, nothing is paid (unknown-pending).`]
      : []),
    ...claims.map((id) => `What claim ${id} has locked is not put back by itself: look at the refunds.`),
    ...(closing
      ? [
          `The request of ${new Date(closing.since).toISOString()} to close the ledger may have ended, and is not gone on with: ask again where you want it.`,
        ]
      : []),
    ...(mayHaveLostClosing && !closing
      ? ['A request to close the ledger may be lost: ask again where you made one.']
      : []),
    ...(lost.length > 0 ? ['Budgets no longer count what a lost record paid.'] : []),
  ]
}
