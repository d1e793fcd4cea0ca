import type { Broker, Receipt } from '../../index.ts'
import { interrupted } from './interrupt.ts'
import type { SendingArguments } from '../arguments/options.ts'
import { reportTransactions } from '../screen/progress.ts'
import { ask, mayProceed } from './questions.ts'
import { checkRepetition, type Payment } from './repetition.ts'
import { sendingSession } from './session.ts'
import { list } from '../screen/table.ts'
import { note, print, printJson, wantsJson } from '../screen/terminal.ts'
import { warnings } from '../screen/warnings.ts'

export type Sending<Sent extends Receipt = Receipt> = {
  command: string
  /** Says what will be done: amount, from and to. */
  words: (broker: Broker) => Words | Promise<Words>
  /** What it pays; a command that is repeated while the same payment is on its way asks first. */
  pays?: Payment
  /** Resolves with null when nothing had to be sent. */
  send: (broker: Broker) => Promise<Sent | null>
  /** Says more about what was done than the transaction does. */
  done?: (sent: Sent) => string
  /** `send` takes the interrupt itself and ends between two transactions; until then warnings say what it waits for. */
  endsItself?: true
}

type Words = Readonly<Record<string, string>>

/** Says what will be done, asks, sends, and reports the outcome. */
export async function sendAndReport<Sent extends Receipt>(
  args: SendingArguments,
  sending: Sending<Sent>,
): Promise<void> {
  const { command, words, pays, send, done, endsItself } = sending
  mayProceed(args)
  await using session = await sendingSession(args, endsItself ? { logger: warnings } : { signal: interrupted })
  const { broker, place } = session
  const facts = { ...(await words(broker)), wallet: broker.wallet, network: place }
  note(list(Object.entries(facts)).join('\n'))
  if (pays) await checkRepetition(broker, pays, args)
  if (args.yes !== true) await ask('Shall this be done?')
  const receipt = await reportTransactions(broker, () => send(broker))
  if (wantsJson(args)) printJson({ type: 'receipt', command, sent: receipt !== null, ...receipt })
  else if (receipt) print([doneInWords(receipt), ...(done ? [done(receipt)] : [])].join('\n'))
  else print('Nothing had to be sent: the chain was in that state already.')
}

function doneInWords({ blockNumber, transactionHash, gasUsed }: Receipt): string {
  return `Done in block ${blockNumber} for ${gasUsed} gas: transaction ${transactionHash}.`
}
