import type { Clock } from '../base/clock.ts'
import { weiToOg } from '../base/amounts.ts'
import { createSerialQueue } from '../base/serial.ts'
import {
  BudgetExhaustedError,
  paymentsIn,
  type CommonBudget,
  type JournalRecord,
  type Logger,
  type RecordedPayment,
} from '../index.ts'
import { createBatches } from './batches.ts'
import type { Contact } from './contact.ts'
import type { StoredRecord } from './journal-loads.ts'
import type { HeldLease } from './lease-statements.ts'
import type { PaymentChange } from './payment-changes.ts'
import type { Held, PaymentStatements, Spent } from './payment-statements.ts'
import { StatementError } from './statement-error.ts'

const MOST_TOGETHER = 100
/** The database is asked again so long after a question that it did not answer. */
const RETRY_MS = 30_000
/** The clocks of chain and database may differ, in seconds. */
const MARGIN = 86_400
/** The SQLSTATE of a wait for a lock that took too long. */
const LOCK_TIMEOUT = '55P03'

/** A budget that the database keeps for several processes, as one of them uses it. */
export type KeptBudget = {
  /** What it left at the last answer, in wei. Asks in the background once it may leave more. */
  left(): bigint
  /**
   * Records an intent that pays, where the budget allows it.
   *
   * @returns false where the fence, or the place, did not let it in
   * @throws BudgetExhaustedError where the budget did not; StatementError, JournalError where the database was not asked or did not answer
   */
  pay(
    lease: HeldLease & { holder: string },
    record: StoredRecord,
    payment: Extract<PaymentChange, { type: 'begins' }>,
  ): Promise<boolean>
  /** Counts what the journal of a wallet tells of, before its wallet pays anything. @throws StatementError */
  adopt(lease: HeldLease & { holder: string }, records: readonly JournalRecord[]): Promise<void>
}

export type KeptBudgetOptions = {
  statements: PaymentStatements
  contact: Pick<Contact, 'outage' | 'failed' | 'succeeded'>
  holder: string
  clock: Pick<Clock, 'now'>
  logger: Logger
}

export function createKeptBudget(budget: CommonBudget, options: KeptBudgetOptions): KeptBudget {
  const { statements, contact, holder, clock, logger } = options
  /** Payments of a budget wait for each other in the database: more than one would take connections and nothing else. */
  const inTurn = createSerialQueue()
  let known = budget.amount
  /** When the database may say more than is known. */
  let staleAt = -Infinity
  let isAsking = false
  /** What was last said to be kept for refused transactions. */
  let keptFor = 0n
  /** A payment that another transaction held up for too long, and when that was said. */
  let held: { error: StatementError; at: number } | null = null
  const adopt = createBatches<Parameters<PaymentStatements['adopt']>[0][number], null>(
    { most: MOST_TOGETHER },
    async (adoptions) => {
      await statements.adopt(adoptions, { holder, budget })
      return adoptions.map(() => null)
    },
  )

  return {
    left() {
      if (clock.now() >= staleAt && !isAsking && !contact.outage()) void ask()
      return known
    },
    pay(lease, record, payment) {
      const since = clock.now()
      return inTurn(() => {
        // Each one that waits here would be held up as long, one after the other.
        if (held && held.at >= since) throw held.error
        return pay(lease, record, payment)
      })
    },
    async adopt(lease, records) {
      await adopt({ lease, payments: countedOf(paymentsIn(records)) })
    },
  }

  /** A journal has payments of 31 days: most windows are shorter. */
  function countedOf(payments: readonly RecordedPayment[]): RecordedPayment[] {
    const newest = payments.reduce((latest, { at }) => Math.max(latest, at), 0)
    return payments.filter(
      ({ state, at }) => state === 'open' || state === 'refused' || at > newest - budget.seconds - MARGIN,
    )
  }

  async function pay(...[lease, record, payment]: Parameters<KeptBudget['pay']>): Promise<boolean> {
    // It came while this one waited.
    const outage = contact.outage()
    if (outage) throw outage
    const answer = await statements.pay(lease, record, payment, budget).catch((error: unknown) => {
      // Before the next one of the queue looks.
      if (error instanceof StatementError) contact.failed(error)
      if (error instanceof StatementError && error.code === LOCK_TIMEOUT) held = { error, at: clock.now() }
      throw error
    })
    if (answer.outcome === 'fenced') return false
    note(answer)
    if (answer.outcome === 'recorded') return true
    throw new BudgetExhaustedError('The budget that several machines share does not allow it now.', {
      wallet: lease.wallet,
      budget: budget.name,
      amount: `${weiToOg(payment.amount)} OG`,
      left: `${weiToOg(known)} OG`,
      ...(answer.held && answer.held.amount > 0n && { held: reasonOf(answer.held) }),
    })
  }

  async function ask(): Promise<void> {
    isAsking = true
    try {
      note(await statements.spent(budget))
      contact.succeeded()
    } catch (error) {
      contact.failed(error)
      staleAt = clock.now() + RETRY_MS
    } finally {
      isAsking = false
    }
  }

  function note({ spent, lessInMs, held }: Spent): void {
    const isNews = held !== null && held.amount > keptFor
    if (held) keptFor = held.amount
    if (held && isNews)
      logger.warn(
        { budget: budget.name, held: reasonOf(held) },
        'a part of the budget that several machines share is kept',
      )
    known = spent < budget.amount ? budget.amount - spent : 0n
    staleAt = lessInMs === null ? Infinity : clock.now() + lessInMs
  }
}

/** Why a part of the budget is neither paid nor left. */
function reasonOf({ amount, wallets }: Held): string {
  const until = 'until another transaction has the nonce'
  return `${weiToOg(amount)} OG for what a node refused and another one may mine, ${until}, of ${wallets}`
}
