import { LockedError, type Broker, type LeftOut, type Receipt } from '../../index.ts'
import { messageInCommands } from '../advice.ts'
import { findKeeper } from '../keeper/client.ts'
import { perform, type OperationName, type ResultOf, type Wish } from '../keeper/operations.ts'
import { EXIT } from '../exit-codes.ts'
import { interrupted } from './interrupt.ts'
import type { SendingArguments } from '../arguments/options.ts'
import { reportTransactions } from '../screen/progress.ts'
import { ask, mayProceed } from './questions.ts'
import { checkRepetition, type Payment } from './repetition.ts'
import { sendingSession } from './session.ts'
import { list } from '../screen/table.ts'
import { messageWidth, note, print, printJson, wantsJson } from '../screen/terminal.ts'
import { warningsOfCommand } from '../screen/warnings.ts'

export type Sending<Name extends OperationName> = {
  /** The command's name is that of its operation. */
  wish: Wish<Name>
  /** Says what will be done: amount, from and to. */
  words: (broker: Broker) => Words | Promise<Words>
  /** What it pays; a command that is repeated while the same payment is on its way asks first. */
  pays?: Payment
  /** Says more about what was done than the transaction does. */
  done?: (sent: NonNullable<ResultOf<Name>>) => string
  /** Why nothing had to be sent, where the operation finds nothing to do. That is no failure. */
  nothing?: (broker: Broker) => Promise<{ words: string; record: object }>
  /** The operation takes the interrupt itself and ends between two transactions; until then warnings say what it waits for. */
  endsItself?: true
}

type Words = Readonly<Record<string, string>>

/**
 * Says what will be done, asks, sends, and reports the outcome. Where another process has the wallet's journal and takes commands,
 * that process sends.
 *
 * @returns the exit code
 */
export async function sendAndReport<Name extends OperationName>(
  args: SendingArguments,
  sending: Sending<Name>,
): Promise<number> {
  const { wish, words, pays, done, nothing, endsItself } = sending
  mayProceed(args)
  await using session = await sendingSession(args, {
    logger: warningsOfCommand,
    ...(!endsItself && { signal: interrupted }),
  })
  const { broker, place } = session
  const facts = { ...(await words(broker)), wallet: broker.wallet, network: place }
  note(list(Object.entries(facts), messageWidth()).join('\n'))
  if (pays) await checkRepetition(broker, pays, args)
  if (args.yes !== true) await ask('Shall this be done?')
  const sent = await send(broker, sending).catch((error: unknown) => {
    if (nothing && nameOf(error) === 'NothingToRetrieveError') return null
    throw error
  })
  const none = sent === null ? await nothing?.(broker) : undefined
  const leftOut = leftOutOf(sent)
  for (const { provider, serviceType, reason } of leftOut)
    note(`The ${serviceType} sub-account with ${provider} was left out: ${messageInCommands(reason)}`)
  const { operation: command } = wish
  if (wantsJson(args))
    printJson({ type: 'receipt', command, sent: sent !== null, ...sent, ...none?.record, ...recordOf(leftOut) })
  else if (sent) print([doneInWords(sent), ...(done ? [done(sent)] : [])].join('\n'))
  else print(none?.words ?? 'Nothing had to be sent: the chain was in that state already.')
  return leftOut.length > 0 ? EXIT.failed : EXIT.ok
}

/** @throws LockedError where another process has the journal and takes no commands */
async function send<Name extends OperationName>(
  broker: Broker,
  { wish, pays }: Sending<Name>,
): Promise<ResultOf<Name>> {
  const byKeeper = async () => {
    const keeper = await findKeeper(broker, interrupted)
    if (keeper) note(`Process ${keeper.pid} keeps this wallet, and sends it.`)
    return keeper && { sent: await keeper.send(wish, pays ?? null) }
  }
  // A process that has the journal and takes commands is not waited for.
  const answered = broker.refusal() instanceof LockedError ? await byKeeper() : null
  if (answered) return answered.sent
  try {
    return await reportTransactions(broker, () => perform(broker, wish, interrupted))
  } catch (error) {
    if (!(error instanceof LockedError)) throw error
    const late = await byKeeper()
    if (!late) throw error
    return late.sent
  }
}

/** An error of the process that sends has its name, and not its class. */
const nameOf = (error: unknown): string | null => (error instanceof Error ? error.name : null)

function leftOutOf(sent: Receipt | null): readonly LeftOut[] {
  return sent && 'leftOut' in sent ? (sent.leftOut as readonly LeftOut[]) : []
}

/** Without a field where nothing was left out. */
function recordOf(leftOut: readonly LeftOut[]): object {
  const accounts = leftOut.map(({ reason, ...id }) => ({ ...id, error: reason.name, facts: reason.facts }))
  return { leftOut: accounts.length > 0 ? accounts : undefined }
}

function doneInWords({ blockNumber, transactionHash, gasUsed }: Receipt): string {
  return `Done in block ${blockNumber} for ${gasUsed} gas: transaction ${transactionHash}.`
}
