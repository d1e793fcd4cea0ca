import { defineCommand } from 'citty'
import { type JournalEntry, readFileJournal } from '../../index.ts'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions, sendingOptions } from '../arguments/options.ts'
import { ask, mayProceed } from '../session/questions.ts'
import { readingSession, sendingSession } from '../session/session.ts'
import { journalOf } from '../session/journal.ts'
import { table } from '../screen/table.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { aligned } from '../screen/words.ts'

const SHOWN = 30

export const command = defineCommand({
  args: {
    ...readingOptions,
    ...sendingOptions,
    resolve: {
      type: 'string',
      valueHint: 'id',
      description: 'settle an intent whose outcome neither wallet nor chain shows',
    },
    hash: { type: 'string', valueHint: 'hash', description: 'with --resolve: it was sent as this transaction' },
    'not-sent': { type: 'boolean', description: 'with --resolve: it was not sent' },
  },
  async run({ args }) {
    if (args.resolve !== undefined) return resolve(args, args.resolve)
    if (args.hash !== undefined || args['not-sent']) throw new UsageError('--hash and --not-sent go with --resolve ID.')
    await using session = await readingSession(args, { signal: interrupted })
    const entries = await readFileJournal(journalOf(session.broker))
    if (wantsJson(args)) for (const entry of entries) printJson(recordOf(entry))
    else if (entries.length === 0) print('This machine has sent nothing for this wallet.')
    else print(table(columns, entries.slice(-SHOWN)).join('\n'))
  },
})

async function resolve(args: Parameters<typeof sendingSession>[0] & Resolution, id: string): Promise<void> {
  const { hash, 'not-sent': notSent } = args
  if ((hash === undefined) === (notSent !== true)) throw new UsageError('--resolve needs either --hash or --not-sent.')
  mayProceed(args)
  await using session = await sendingSession(args, { signal: interrupted })
  if (args.yes !== true) await ask(`Record that ${id} was ${hash === undefined ? 'not sent' : `sent as ${hash}`}?`)
  await session.broker.resolveIntent(id, hash === undefined ? 'not-sent' : { hash })
  if (wantsJson(args)) printJson({ type: 'resolved', id, outcome: hash ?? 'not-sent' })
  else print(`${id} is resolved.`)
}

type Resolution = { hash?: string | undefined; 'not-sent'?: boolean | undefined }

const columns = [
  { title: 'id', cell: ({ prepared }: JournalEntry) => prepared.id },
  { title: 'decided', cell: ({ prepared }: JournalEntry) => new Date(prepared.at).toISOString().slice(0, 19) },
  { title: 'nonce', right: true, cell: ({ prepared }: JournalEntry) => String(prepared.nonce) },
  { title: 'operation', cell: ({ prepared }: JournalEntry) => prepared.intent.call.method },
  { title: 'amount OG', right: true, cell: ({ prepared }: JournalEntry) => aligned(prepared.intent.amount) },
  { title: 'state', cell: stateOf },
  { title: 'transaction', cell: (entry: JournalEntry) => hashOf(entry) ?? 'unknown' },
]

function recordOf(entry: JournalEntry): object {
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
