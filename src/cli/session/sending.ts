import type { Broker, Receipt } from '../../index.ts'
import { interrupted } from './interrupt.ts'
import type { SendingArguments } from '../arguments/options.ts'
import { reporting } from '../screen/progress.ts'
import { ask, mayProceed } from './questions.ts'
import { sendingSession } from './session.ts'
import { list } from '../screen/table.ts'
import { note, print, printJson, wantsJson } from '../screen/terminal.ts'
import { warnings } from '../screen/warnings.ts'

export type Sending<Sent extends Receipt = Receipt> = {
  command: string
  /** What will be done, in words: amount, from and to. */
  words: (broker: Broker) => Words | Promise<Words>
  /** Null when nothing had to be sent. */
  send: (broker: Broker) => Promise<Sent | null>
  /** What was done, where the transaction does not say it all. */
  done?: (sent: Sent) => string
  /** It takes the interrupt itself, and ends between two steps; what keeps it from the next one is told. */
  endsItself?: true
}

type Words = Readonly<Record<string, string>>

/** Says what will be done, asks, does it, and tells what became of it. */
export async function sendAndTell<Sent extends Receipt>(args: SendingArguments, sending: Sending<Sent>): Promise<void> {
  const { command, words, send, done, endsItself } = sending
  mayProceed(args)
  await using session = await sendingSession(args, endsItself ? { logger: warnings } : { signal: interrupted })
  const { broker, place } = session
  const facts = { ...(await words(broker)), wallet: broker.wallet, network: place }
  note(list(Object.entries(facts)).join('\n'))
  if (args.yes !== true) await ask('Shall this be done?')
  const receipt = await reporting(broker, () => send(broker))
  if (wantsJson(args)) printJson({ type: 'receipt', command, sent: receipt !== null, ...receipt })
  else if (receipt) print([doneInWords(receipt), ...(done ? [done(receipt)] : [])].join('\n'))
  else print('Nothing had to be sent: it was so already.')
}

function doneInWords({ blockNumber, transactionHash, gasUsed }: Receipt): string {
  return `Done in block ${blockNumber} for ${gasUsed} gas: transaction ${transactionHash}.`
}
