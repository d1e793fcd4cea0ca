import { defineCommand } from 'citty'
import type { Broker, ClosingStatus, Receipt } from '../../index.ts'
import { cancelledLines, closingLine, closingPlanLines, CONTINUED_BY } from '../closing/lines.ts'
import { openClosingProgress } from '../closing/progress.ts'
import { EXIT } from '../exit-codes.ts'
import { interrupted } from '../session/interrupt.ts'
import { sendingOptions, type SendingArguments } from '../arguments/options.ts'
import { reportTransactions } from '../screen/progress.ts'
import { ask, mayProceed } from '../session/questions.ts'
import { sendingSession, type Session } from '../session/session.ts'
import { list } from '../screen/table.ts'
import { messageWidth, note, print, printJson, wantsJson } from '../screen/terminal.ts'
import { InterruptedError, UsageError } from '../arguments/usage-error.ts'
import { msOf } from '../config/time-argument.ts'
import { og } from '../screen/words.ts'

export const command = defineCommand({
  args: {
    ...sendingOptions,
    wait: { type: 'boolean', description: 'stays until the ledger is closed, over the lock' },
    'interval-ms': {
      type: 'string',
      valueHint: 'time',
      description: 'with --wait: how often the position is read (30s)',
    },
    cancel: { type: 'boolean', description: 'ends a closing that is under way, and says what stays locked' },
  },
  async run({ args }) {
    if (args.cancel && args.wait) throw new UsageError('Either --wait or --cancel, not both.')
    const intervalMs = msOf(args['interval-ms'], 'interval-ms')
    mayProceed(args)
    await using session = await sendingSession(args, intervalMs === undefined ? {} : { intervalMs })
    return await (args.cancel ? cancel(session, args) : close(session, args))
  },
})

type Arguments = SendingArguments & { wait?: boolean | undefined }

async function close({ broker, place }: Session, args: Arguments): Promise<number> {
  const json = wantsJson(args)
  if (broker.ledger.isClosing) note('The ledger is being closed already; this continues the closing.')
  const plan = await broker.ledger.closingPlan()
  if (json) printJson({ type: 'closing-plan', ...plan })
  note(
    [
      ...list(
        [
          ['do', 'ask everything back, wait for the lock, withdraw it and delete the ledger; auto-funding stops'],
          ['wallet', broker.wallet],
          ['network', place],
        ],
        messageWidth(),
      ),
      '',
      ...closingPlanLines(plan),
    ].join('\n'),
  )
  if (args.yes !== true) await ask('Shall this be done?')
  return args.wait ? closeToTheEnd(broker, json) : closeAsFarAsPossible(broker, json)
}

async function closeToTheEnd(broker: Broker, json: boolean): Promise<number> {
  try {
    return printReceipt(await closeWithProgress(broker, json, { signal: interrupted }), json)
  } catch (error) {
    if (!interrupted.aborted) throw error
    throw new InterruptedError(
      `The wait was interrupted; the ledger is still being closed. It continues with ${CONTINUED_BY}; close --cancel ends it.`,
    )
  }
}

/** Sends what can be sent now. The rest is left to the commands that continue a closing. */
async function closeAsFarAsPossible(broker: Broker, json: boolean): Promise<number> {
  const enough = new AbortController()
  let last: ClosingStatus | null = null
  const onProgress = (status: ClosingStatus) => {
    last = status
    if (hasToWait(status)) enough.abort()
  }
  try {
    const signal = AbortSignal.any([interrupted, enough.signal])
    return printReceipt(await closeWithProgress(broker, json, { signal, onProgress }), json)
  } catch (error) {
    if (!enough.signal.aborted) throw error
    return printRest(last, json)
  }
}

/** Closes the ledger, and reports every step. */
async function closeWithProgress(
  broker: Broker,
  json: boolean,
  { signal, onProgress: inform }: { signal: AbortSignal; onProgress?: (status: ClosingStatus) => void },
): Promise<Receipt> {
  using progress = openClosingProgress({ json })
  const onProgress = (status: ClosingStatus) => {
    progress.report(status)
    inform?.(status)
  }
  return await reportTransactions(broker, () => broker.ledger.closeLedger({ signal, onProgress }))
}

const hasToWait = ({ until, hold }: ClosingStatus): boolean =>
  (until !== null && hold === null) || hold === 'backing-off' || hold === 'unresolved-intent'

function printRest(status: ClosingStatus | null, json: boolean): number {
  if (status && !json) print(`${closingLine(status)}\nThen it continues with ${CONTINUED_BY}; close --cancel ends it.`)
  return status?.failure ? EXIT.failed : EXIT.ok
}

function printReceipt(receipt: Receipt, json: boolean): number {
  if (json) printJson({ type: 'receipt', command: 'close', sent: true, ...receipt })
  else print(`The ledger is closed since block ${receipt.blockNumber}: transaction ${receipt.transactionHash}.`)
  return EXIT.ok
}

async function cancel({ broker }: Session, args: SendingArguments): Promise<number> {
  const { ledger } = broker
  const { available, locked } = await ledger.getLedger()
  const words = `end the closing: ${og(available)} stay in the ledger, ${og(locked)} with providers`
  note(list([['do', words]], messageWidth()).join('\n'))
  if (args.yes !== true) await ask('Shall this be done?')
  const cancelled = await ledger.cancelClosing({ signal: interrupted })
  if (wantsJson(args)) printJson({ type: 'closing-cancelled', ...cancelled })
  else print(cancelledLines(cancelled).join('\n'))
  return EXIT.ok
}
