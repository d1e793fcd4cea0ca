import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { createCounts, type Counts } from '../counts/counts.ts'
import type { createPaymentCounts } from '../counts/payment-counts.ts'
import type { BrokerEvent } from '../events/event.types.ts'
import { createEvents, type Events, type EventsOptions } from '../events/events.ts'
import { dryTimesOf } from '../funding/forecast.ts'
import type { GasPrice } from '../funding/gas-price.ts'
import type { Traces } from '../tracing/traces.ts'
import type { Lane } from '../transactions/lane.types.ts'
import type { TrackedTransaction, TransactionActor } from '../transactions/tracked-transaction.ts'

export type ReportsOptions = Pick<EventsOptions, 'createSendingWatch' | 'logEvent'> & {
  wallet: string
  chainId: bigint
  requests: RequestCounts
  /** Null for a broker without a signer, as is `createSendingWatch`. */
  createPaymentCounts: typeof createPaymentCounts | null
  /** Null without a tracer. */
  traces: Traces | null
  onTransaction: (actor: TransactionActor) => void
  onEvent: (event: BrokerEvent) => void
  /** Parts that are made after the reports. */
  lane: () => Lane | null
  gas: () => GasPrice
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** What a broker tells of its work beside its answers: events, counters and spans. */
export type Reports = {
  events: Events
  counts: Counts
  traces: Traces
  /** A reading has ended, after so many milliseconds. */
  reading: Counts['reading']
  /** What a lane is given, to report its transactions. */
  transactions: {
    onChange: (transaction: TrackedTransaction) => void
    onRestored: (actors: readonly TransactionActor[]) => void
    onAppend: (ms: number) => void
  }
}

const nothing = (): void => undefined
const NO_TRACES: Traces = { reading: nothing, plan: (work) => work(), transaction: nothing, close: nothing }

export function createReports(options: ReportsOptions): Reports {
  const { chainId, requests, lane, gas, clock } = options
  const payments = options.createPaymentCounts?.(clock.elapsed ?? clock.now) ?? null
  const counts = createCounts({ requests, payments })
  const traces = options.traces ?? NO_TRACES
  const events = createEvents({
    wallet: options.wallet,
    chainId: Number(chainId),
    createSendingWatch: options.createSendingWatch,
    logEvent: options.logEvent,
    blockClock: options.blockClock,
    logger: options.logger,
    forecastAt: (plan) => dryTimesOf(plan, gas().price ?? 0n),
    minedIn: (from, to) => lane()?.minedIn(from, to) ?? [],
    foreignNonces: () => [...(lane()?.unknownPending() ?? []), ...(lane()?.foreignNonces() ?? [])],
    onEvent(event) {
      payments?.event(event)
      options.onEvent(event)
    },
  })
  return {
    events,
    counts,
    traces,
    reading(result, ms) {
      counts.reading(result, ms)
      traces.reading(result, ms)
    },
    transactions: {
      onChange(transaction) {
        options.onTransaction(transaction.actor)
        payments?.transaction(transaction.actor)
        traces.transaction(transaction.actor)
        events.transactionChanged(transaction)
      },
      onRestored(actors) {
        for (const actor of actors) {
          payments?.transaction(actor)
          traces.transaction(actor)
        }
        events.restored(actors)
      },
      onAppend: (ms) => payments?.journalAppend(ms),
    },
  }
}
