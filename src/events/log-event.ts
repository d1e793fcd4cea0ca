import type { Logger } from '../base/logger.ts'
import type { BrokerEvent } from './event.types.ts'

type EventType = BrokerEvent['type']
type Line = readonly ['debug' | 'info' | 'warn', string]

/** The log line of each event. Its details are the event; its `type` is the name to filter by. */
const LINES: Readonly<Record<EventType, Line>> = {
  'top-up.decided': ['debug', 'a top-up was decided'],
  'top-up.approval-wanted': ['info', 'a top-up waits for approval'],
  'top-up.held': ['info', 'a top-up is held'],
  'top-up.released': ['debug', 'a top-up is not held any more'],
  'top-up.sent': ['debug', 'a top-up was sent'],
  'top-up.delayed': ['warn', 'the node does not take a top-up'],
  'top-up.replaced': ['info', 'a top-up was sent with a higher fee'],
  'top-up.mined': ['info', 'a top-up was paid'],
  'top-up.unmined': ['warn', 'a reorganisation took a top-up back'],
  'top-up.failed': ['warn', 'a top-up failed'],
  'deposit.decided': ['debug', 'a deposit was decided'],
  'deposit.approval-wanted': ['info', 'a deposit waits for approval'],
  'deposit.held': ['info', 'a deposit is held'],
  'deposit.released': ['debug', 'a deposit is not held any more'],
  'deposit.sent': ['debug', 'a deposit was sent'],
  'deposit.delayed': ['warn', 'the node does not take a deposit'],
  'deposit.replaced': ['info', 'a deposit was sent with a higher fee'],
  'deposit.mined': ['info', 'a deposit was paid'],
  'deposit.unmined': ['warn', 'a reorganisation took a deposit back'],
  'deposit.failed': ['warn', 'a deposit failed'],
  'transaction.sent': ['debug', 'a transaction was sent'],
  'transaction.delayed': ['warn', 'the node does not take a transaction'],
  'transaction.replaced': ['info', 'a transaction was sent with a higher fee'],
  'transaction.mined': ['info', 'a transaction was mined'],
  'transaction.unmined': ['warn', 'a reorganisation took a transaction back'],
  'transaction.failed': ['warn', 'a transaction failed'],
  'ledger.low': ['warn', 'the ledger runs low'],
  'ledger.ample': ['info', 'the ledger has enough again'],
  'gas.low': ['warn', 'the wallet runs low on gas'],
  'gas.ample': ['info', 'the wallet has enough gas again'],
  'foreign-transaction.seen': ['warn', 'another program sends transactions of this wallet'],
  'refund.claimable': ['info', 'a refund can be claimed'],
  'refund.claimed': ['info', 'a refund came home'],
  'closing.step': ['info', 'closing the ledger goes on'],
  'closing.ended': ['debug', 'closing the ledger has ended'],
  // The reading logs each failure by itself.
  'reading.stale': ['warn', 'the position is stale: readings fail'],
  'reading.recovered': ['info', 'readings succeed again'],
  'lease.claimed': ['debug', 'the lease of the wallet was claimed'],
  'lease.lost': ['warn', 'the lease of the wallet was lost; nothing more is sent for it from here'],
}

export function logEvent(event: BrokerEvent, logger: Logger): void {
  const [level, message] = LINES[event.type]
  logger[level](event, message)
}
