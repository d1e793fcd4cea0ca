import type { Logger } from '../base/logger.ts'
import type { Connected } from '../chain/connect.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { logEvent } from '../events/log-event.ts'
import type { ApprovalNeed } from '../funding/approval-need.ts'
import type { createTraces } from '../tracing/traces.ts'
import type { Journal } from '../transactions/journal.types.ts'
import type { OpenOptions } from './open-options.ts'

export type EngineOptions = Omit<OpenOptions, 'journal'> & {
  intervalMs: number
  logger: Logger
  chain: Connected
  streams: typeof import('../streams/streams.ts')
  /** Null for a broker without a signer. */
  sending: Sending | null
  /** Null without a logger. */
  logEvent: typeof logEvent | null
  /** Null without a tracer. */
  createTraces: typeof createTraces | null
  mustAsk: ApprovalNeed
}

/** What a broker with a signer has beside one that only watches. */
export type Sending = Omit<typeof import('./sending.ts'), 'closeUnused' | 'journalFor'> & {
  port: TransactionPort
  journal: Journal
}
