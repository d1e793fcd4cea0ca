import { defineCommand } from 'citty'
import { LockedError, readFileJournal, type Broker } from '../../index.ts'
import { findKeeper } from '../keeper/client.ts'
import { interrupted } from '../session/interrupt.ts'
import { readingOptions, sendingOptions } from '../arguments/options.ts'
import { ask, mayProceed } from '../session/questions.ts'
import { readingSession, sendingSession } from '../session/session.ts'
import { entryColumns, entryRecord } from '../journal/entries.ts'
import { repair } from '../journal/repair.ts'
import { journalOf } from '../session/journal.ts'
import { table } from '../screen/table.ts'
import { IN_OG } from '../screen/overview.ts'
import { lineWidth, print, printJson, wantsJson } from '../screen/terminal.ts'
import { UsageError } from '../arguments/usage-error.ts'

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
    repair: { type: 'boolean', description: 'show what a damaged journal has lost, and repair it' },
  },
  async run({ args }) {
    if (args.repair) return repairWith(args)
    if (args.resolve !== undefined) return resolve(args, args.resolve)
    if (args.hash !== undefined || args['not-sent']) throw new UsageError('--hash and --not-sent go with --resolve ID.')
    await using session = await readingSession(args, { signal: interrupted })
    const entries = await readFileJournal(journalOf(session.broker))
    if (wantsJson(args)) for (const entry of entries) printJson(entryRecord(entry))
    else if (entries.length === 0) print('This machine has sent nothing for this wallet.')
    else print([...table(entryColumns, entries.slice(-SHOWN), lineWidth()), '', IN_OG].join('\n'))
  },
})

async function repairWith(
  args: Parameters<typeof readingSession>[0] & Resolution & { yes?: boolean | undefined; resolve?: string | undefined },
): Promise<void> {
  if (args.resolve !== undefined || args.hash !== undefined || args['not-sent'])
    throw new UsageError('--repair stands alone.')
  await using session = await readingSession(args, { signal: interrupted })
  await repair(session.broker, { yes: args.yes === true, json: wantsJson(args) })
}

async function resolve(args: Parameters<typeof sendingSession>[0] & Resolution, id: string): Promise<void> {
  const { hash, 'not-sent': notSent } = args
  if ((hash === undefined) === (notSent !== true)) throw new UsageError('--resolve needs either --hash or --not-sent.')
  mayProceed(args)
  await using session = await sendingSession(args, { signal: interrupted })
  if (args.yes !== true) await ask(`Record that ${id} was ${hash === undefined ? 'not sent' : `sent as ${hash}`}?`)
  await resolveIn(session.broker, id, hash === undefined ? 'not-sent' : { hash })
  if (wantsJson(args)) printJson({ type: 'resolved', id, outcome: hash ?? 'not-sent' })
  else print(`${id} is resolved.`)
}

type Resolution = { hash?: string | undefined; 'not-sent'?: boolean | undefined }

/** Where another process has the journal and takes commands, that process resolves it. */
async function resolveIn(broker: Broker, id: string, outcome: 'not-sent' | { hash: string }): Promise<void> {
  try {
    await broker.resolveIntent(id, outcome)
  } catch (error) {
    const keeper = error instanceof LockedError ? await findKeeper(broker, interrupted) : null
    if (!keeper) throw error
    await keeper.resolve(id, outcome)
  }
}
