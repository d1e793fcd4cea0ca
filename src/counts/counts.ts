import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { ServiceType } from '../../machines/position.types.ts'
import { createHistogram } from '../base/histogram.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { createTally } from '../base/tally.ts'
import type { BrokerEvent } from '../events/event.types.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import type { BrokerCounts } from './counts.types.ts'
import { createOpenTransactions } from './open-transactions.ts'

const READING_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const CONFIRMATION_BOUNDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
const JOURNAL_BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

export type Counts = {
  reading(result: 'ok' | 'failed' | 'dropped', ms: number): void
  journalAppend(ms: number): void
  plan(decisions: readonly Decision[]): void
  charge(id: SubAccountId, amount: bigint): void
  event(event: BrokerEvent): void
  /** A transaction has begun, or changed. */
  transaction(actor: TransactionActor): void
  read(): BrokerCounts
}

export type CountsOptions = {
  requests: RequestCounts
  /** Milliseconds on a clock that is not set. */
  now: () => number
}

type OfSubAccount = { provider: string; serviceType: ServiceType }

/** Counters: an event costs one addition, and a scrape reads them whenever it comes. */
export function createCounts({ requests, now }: CountsOptions): Counts {
  const readings = { ok: 0, failed: 0, dropped: 0 }
  const decided = new Map<string, string>()
  const decisions = createTally<{ action: string; reason: string }>()
  const topUps = createTally<OfSubAccount & { result: string }>()
  const charged = createTally<OfSubAccount>()
  const transactions = createTally<{ kind: string; result: string }>()
  const replacements = createTally<{ kind: string }>()
  const reorganised = createTally<{ kind: string }>()
  const refusals = createTally<{ kind: string; reason: string }>()
  const open = createOpenTransactions(now)
  const readingSeconds = createHistogram(READING_BOUNDS)
  const confirmationSeconds = createHistogram(CONFIRMATION_BOUNDS)
  const reactionSeconds = createHistogram(CONFIRMATION_BOUNDS)
  const journalAppendSeconds = createHistogram(JOURNAL_BOUNDS)
  /** When each top-up that is under way was decided, by sub-account, and each transaction was broadcast, by its id. */
  const decidedAt = new Map<string, number>()
  const sentAt = new Map<string, number>()
  /** Transactions that were counted as mined, until a reorganisation took them back: mined anew they count no second time. */
  const takenBack = new Set<string>()

  return {
    reading(result, ms) {
      readings[result] += 1
      readingSeconds.observe(ms / 1_000)
    },
    journalAppend: (ms) => journalAppendSeconds.observe(ms / 1_000),
    plan(all) {
      for (const one of all) {
        const reason = one.action === 'hold' ? one.reason : ''
        const decision = `${one.action} ${reason}`
        const key = keyOf(one)
        if (decided.get(key) === decision) continue
        decided.set(key, decision)
        decisions.add({ action: one.action, reason })
      }
    },
    charge: ({ provider, serviceType }, amount) => charged.add({ provider, serviceType }, amount),
    event(event) {
      if ('operation' in event) payment(event)
      if (event.type === 'top-up.decided') decidedAt.set(keyOf(event), now())
    },
    transaction: open.see,
    read: () => ({
      readings: { ...readings },
      decisions: decisions.read().map(withoutAmount),
      topUps: topUps.read(),
      charged: charged.read().map(({ count: _count, ...one }) => one),
      transactions: transactions.read().map(({ amount: fee, ...one }) => ({ ...one, fee })),
      replacements: replacements.read().map(withoutAmount),
      reorganised: reorganised.read().map(withoutAmount),
      refusals: refusals.read().map(withoutAmount),
      inFlight: open.read(),
      rpcRequests: requests.rpc.read().map(withoutAmount),
      providerRequests: requests.provider.read().map(withoutAmount),
      readingSeconds: readingSeconds.read(),
      confirmationSeconds: confirmationSeconds.read(),
      reactionSeconds: reactionSeconds.read(),
      journalAppendSeconds: journalAppendSeconds.read(),
    }),
  }

  function payment(event: Extract<BrokerEvent, { operation: string }>): void {
    const { operation: kind, transaction } = event
    switch (event.type) {
      case 'top-up.sent':
      case 'deposit.sent':
      case 'transaction.sent':
        if (transaction !== null) sentAt.set(transaction, now())
        return
      case 'top-up.delayed':
      case 'deposit.delayed':
      case 'transaction.delayed':
        return refusals.add({ kind, reason: event.reason })
      case 'top-up.replaced':
      case 'deposit.replaced':
      case 'transaction.replaced':
        return replacements.add({ kind })
      case 'top-up.unmined':
      case 'deposit.unmined':
      case 'transaction.unmined':
        if (transaction !== null) takenBack.add(transaction)
        return reorganised.add({ kind })
      case 'top-up.mined':
      case 'deposit.mined':
      case 'transaction.mined':
        return countEnd(event, 'mined')
      case 'top-up.failed':
      case 'deposit.failed':
      case 'transaction.failed':
        return countEnd(event, event.outcome)
      default:
        return event satisfies never
    }
  }

  function countEnd(event: Ended, result: string): void {
    const { operation: kind, transaction, fee } = event
    if (transaction !== null && takenBack.delete(transaction) && result === 'mined') return
    const at = transaction === null ? undefined : sentAt.get(transaction)
    if (at !== undefined && (result === 'mined' || result === 'reverted'))
      confirmationSeconds.observe((now() - at) / 1_000)
    if (transaction !== null) {
      sentAt.delete(transaction)
      transactions.add({ kind, result }, fee === null ? 0n : BigInt(fee))
    }
    if (event.type !== 'top-up.mined' && event.type !== 'top-up.failed') return
    const { provider, serviceType } = event
    topUps.add({ provider, serviceType, result }, BigInt(event.amount))
    const since = decidedAt.get(keyOf(event))
    decidedAt.delete(keyOf(event))
    if (since !== undefined && result === 'mined') reactionSeconds.observe((now() - since) / 1_000)
  }
}

/** An entry of a tally that only counts. */
function withoutAmount<T extends { amount: bigint }>({ amount: _amount, ...one }: T): Omit<T, 'amount'> {
  return one
}

type Ended = Extract<
  BrokerEvent,
  {
    type:
      'top-up.mined' | 'deposit.mined' | 'transaction.mined' | 'top-up.failed' | 'deposit.failed' | 'transaction.failed'
  }
>
