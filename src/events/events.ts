import type { Position } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Logger } from '../base/logger.ts'
import type { ClosingStatus } from '../closing/types.ts'
import type { Forecast } from '../funding/forecast.ts'
import type { FundingReport } from '../funding/funding-report.ts'
import type { Plan } from '../funding/plan.ts'
import type { ReadingFailure } from '../streams/positions.ts'
import type { Intent } from '../transactions/intent.ts'
import type { LeasedJournal } from '../transactions/lease.types.ts'
import type { ClosingOutcome } from '../transactions/journal.types.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import { createClosingWatch } from './closing-watch.ts'
import type { EventBody } from './emit.ts'
import { EVENT_VERSION, type BrokerEvent } from './event.types.ts'
import { createLeaseWatch } from './lease-watch.ts'
import { createLevelWatch } from './level-watch.ts'
import type { logEvent } from './log-event.ts'
import { createReadingWatch } from './reading-watch.ts'
import { createRefundWatch } from './refund-watch.ts'
import type { CreateSendingWatch, SendingWatch } from './sending-watch.ts'
import type { ChangedTransaction } from './transaction-watch.ts'

export type EventsOptions = {
  wallet: string
  chainId: number
  forecastAt: (plan: Plan) => Pick<Forecast, 'ledgerDryAt' | 'gasDryAt'>
  /** Intents of this broker that were mined in the blocks (from, to]. */
  minedIn: (from: number, to: number) => readonly Intent[]
  /** Nonces that the journal does not know, in the node's pool or mined. */
  foreignNonces: () => readonly number[]
  /** Receives each event, once. */
  onEvent: (event: BrokerEvent) => void
  /** Null for a broker without a signer. */
  createSendingWatch: CreateSendingWatch | null
  /** Writes the line of each event; null without a logger. */
  logEvent: typeof logEvent | null
  blockClock: Pick<BlockClock, 'now'>
  logger: Logger
}

/** Where everything that happens becomes an event: each part of the broker reports what it sees, and nothing is read for it. */
export type Events = {
  funding: FundingReport
  /** What a position shows, before anything is done about it. */
  seePosition(position: Position): void
  /** What was planned, and how far closing has come. */
  seePlan(plan: Plan, closing: ClosingStatus | null): void
  readingFailed(failure: ReadingFailure): void
  /** Transactions of earlier processes, as the journal says. */
  restored(actors: Iterable<TransactionActor>): void
  transactionChanged(transaction: ChangedTransaction): void
  closingEnded(outcome: ClosingOutcome): void
  /** The journal is one that machines share: its lease was claimed, and may be lost. */
  leased(journal: LeasedJournal): void
  /** Emits the events that are due, and none after them. */
  close(): void
}

const nothing = (): void => undefined

/** The watch of a wallet that sends nothing. */
const silentWatch: SendingWatch = {
  funding: { seeTopUp: nothing, endTopUp: nothing, seeDeposit: nothing, endDeposit: nothing },
  know: nothing,
  see: nothing,
  look: nothing,
}

export function createEvents(options: EventsOptions): Events {
  const { wallet, chainId, blockClock, onEvent, forecastAt, minedIn, foreignNonces, logEvent, logger } = options
  let block: number | null = null
  let untold: BrokerEvent[] = []
  let closed = false
  const sending = options.createSendingWatch?.({ foreignNonces, emit }) ?? silentWatch
  const levels = createLevelWatch({ forecastAt, emit })
  const refunds = createRefundWatch({ minedIn, emit })
  const readings = createReadingWatch(emit)
  const closing = createClosingWatch(emit)
  const lease = createLeaseWatch(emit)

  return {
    funding: sending.funding,
    seePosition(position) {
      block = position.block.number
      readings.see(position)
      refunds.see(position)
      sending.look()
    },
    seePlan(plan, status) {
      closing.see(status)
      // A ledger that is being closed is emptied on purpose.
      if (!status) levels.see(plan)
    },
    readingFailed: readings.fail,
    restored: sending.know,
    transactionChanged: sending.see,
    closingEnded: closing.end,
    leased: lease.follow,
    close() {
      lease.close()
      tell()
      closed = true
    },
  }

  /** A listener runs after the reading or receipt is dealt with: what it calls meets a broker that is done with it. */
  function emit(body: EventBody): void {
    if (closed) return
    if (untold.length === 0) queueMicrotask(tell)
    untold.push({ version: EVENT_VERSION, chainId, wallet, at: blockClock.now(), block, ...body })
  }

  function tell(): void {
    const events = untold
    untold = []
    for (const event of events) {
      logEvent?.(event, logger)
      onEvent(event)
    }
  }
}
