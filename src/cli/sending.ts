import type { Broker, Receipt } from '../index.ts'
import { interrupted } from './interrupt.ts'
import type { SendingArguments } from './options.ts'
import { reporting } from './progress.ts'
import { ask, mayProceed } from './questions.ts'
import { sendingSession } from './session.ts'
import { list } from './table.ts'
import { note, print, printJson, wantsJson } from './terminal.ts'

export type Sending = {
  command: string
  /** What will be done, in words: amount, from and to. */
  words: (broker: Broker) => Readonly<Record<string, string>>
  /** Null when nothing had to be sent. */
  send: (broker: Broker) => Promise<Receipt | null>
}

/** Says what will be done, asks, does it, and tells what became of it. */
export async function sendAndTell(args: SendingArguments, sending: Sending): Promise<void> {
  const { command, words, send } = sending
  mayProceed(args)
  await using session = await sendingSession(args, { signal: interrupted })
  const { broker, place } = session
  const facts = { ...words(broker), wallet: broker.wallet, network: place }
  note(list(Object.entries(facts)).join('\n'))
  if (args.yes !== true) await ask('Shall this be done?')
  const receipt = await reporting(broker, () => send(broker))
  if (wantsJson(args)) printJson({ type: 'receipt', command, sent: receipt !== null, ...receipt })
  else print(receipt ? doneInWords(receipt) : 'Nothing had to be sent: it was so already.')
}

function doneInWords({ blockNumber, transactionHash, gasUsed }: Receipt): string {
  return `Done in block ${blockNumber} for ${gasUsed} gas: transaction ${transactionHash}.`
}
