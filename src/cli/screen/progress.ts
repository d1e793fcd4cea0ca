import type { Broker, TransactionActor } from '../../index.ts'
import { note } from './terminal.ts'

const PACE_MS = 100

/** Reports the progress of each transaction on stderr while `wait` runs. */
export async function reportTransactions<T>(broker: Broker, wait: () => Promise<T>): Promise<T> {
  const printed = new Set<string>()
  const say = (lines: readonly string[]) => {
    for (const line of lines) if (!printed.has(line)) note(line)
    for (const line of lines) printed.add(line)
  }
  // The journal also holds transactions of earlier commands, which reported them.
  const past = new Set(broker.transactions().filter((one) => !isOpen(one)))
  const present = () => broker.transactions().filter((one) => !past.has(one))
  const look = () => {
    for (const one of present()) say(progressOf(one))
  }
  const timer = setInterval(look, PACE_MS)
  try {
    return await wait()
  } finally {
    clearInterval(timer)
    look()
  }
}

/** All messages up to its present state: it may have been mined between two looks. */
function progressOf(transaction: TransactionActor): string[] {
  const { value, context } = transaction.getSnapshot()
  const { operation, hash, blockNumber, reason } = context
  const sent = `${operation} was sent as ${hash}; waiting for its block.`
  switch (value) {
    case 'prepared':
      return []
    case 'broadcast':
      return [sent]
    case 'mined':
      return [sent, `${operation} was mined in block ${blockNumber}.`]
    case 'reverted':
      return [sent, `${operation} was reverted in block ${blockNumber}: ${reason}.`]
    case 'refused':
      return [sent, `${operation} was refused by the node and is not sent: ${reason}.`]
    case 'superseded':
      return [sent, `${operation} was superseded: ${reason}.`]
    default:
      return value satisfies never
  }
}

const isOpen = (transaction: TransactionActor): boolean => transaction.getSnapshot().hasTag('open')
