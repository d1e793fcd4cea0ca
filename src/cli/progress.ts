import type { Broker, TransactionActor } from '../index.ts'
import { note } from './terminal.ts'

const PACE_MS = 100

/**
 * Says on stderr what becomes of each transaction while something is awaited.
 *
 * @param between what to say while none of them is open
 */
export async function reporting<T>(
  broker: Broker,
  wait: () => Promise<T>,
  between: () => string | null = () => null,
): Promise<T> {
  const said = new Set<string>()
  const say = (lines: readonly string[]) => {
    for (const line of lines) if (!said.has(line)) note(line)
    for (const line of lines) said.add(line)
  }
  const look = () => {
    const transactions = broker.transactions()
    for (const one of transactions) say(progressOf(one))
    const waits = transactions.length > 0 && !transactions.some(isOpen) ? between() : null
    if (waits !== null) say([waits])
  }
  const timer = setInterval(look, PACE_MS)
  try {
    return await wait()
  } finally {
    clearInterval(timer)
    for (const one of broker.transactions()) say(progressOf(one))
  }
}

/** Everything that can be said about it so far, in order: it may have been mined before anybody looked. */
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
    case 'superseded':
      return [sent, `${operation} was superseded: ${reason}.`]
    default:
      return value satisfies never
  }
}

const isOpen = (transaction: TransactionActor): boolean => transaction.getSnapshot().hasTag('open')
