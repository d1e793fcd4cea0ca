import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { ServiceType } from '../../machines/position.types.ts'
import { createHistogram } from '../base/histogram.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { createTally, withoutAmount } from '../base/tally.ts'
import { CONFIRMATION_BOUNDS, JOURNAL_BOUNDS, READING_BOUNDS } from './bounds.ts'
import type { BrokerCounts } from './counts.types.ts'
import type { CountsOfPayments, PaymentCounts } from './payment-counts.ts'

export type Counts = {
  reading(result: 'ok' | 'failed' | 'dropped', ms: number): void
  plan(decisions: readonly Decision[]): void
  charge(id: SubAccountId, amount: bigint): void
  read(): BrokerCounts
}

export type CountsOptions = {
  requests: RequestCounts
  /** Null for a broker without a signer. */
  payments: Pick<PaymentCounts, 'read'> | null
}

/** Counters: an event costs one addition, and a scrape reads them whenever it comes. */
export function createCounts({ requests, payments }: CountsOptions): Counts {
  const readings = { ok: 0, failed: 0, dropped: 0 }
  const decided = new Map<string, string>()
  const decisions = createTally<{ action: string; reason: string }>()
  const charged = createTally<{ provider: string; serviceType: ServiceType }>(keyOf)
  const readingSeconds = createHistogram(READING_BOUNDS)

  return {
    reading(result, ms) {
      readings[result] += 1
      readingSeconds.observe(ms / 1_000)
    },
    plan(all) {
      for (const one of all) {
        // No reason to hold has the name of another action.
        const decision = one.action === 'hold' ? one.reason : one.action
        const key = keyOf(one)
        if (decided.get(key) === decision) continue
        decided.set(key, decision)
        decisions.add({ action: one.action, reason: one.action === 'hold' ? one.reason : '' })
      }
    },
    charge: ({ provider, serviceType }, amount) => charged.add({ provider, serviceType }, amount),
    read: () => ({
      readings: { ...readings },
      decisions: decisions.read().map(withoutAmount),
      charged: charged.read().map(({ count: _count, ...one }) => one),
      rpcRequests: requests.rpc.read().map(withoutAmount),
      providerRequests: requests.provider.read().map(withoutAmount),
      readingSeconds: readingSeconds.read(),
      ...(payments?.read() ?? nothingSent()),
    }),
  }
}

function nothingSent(): CountsOfPayments {
  const unobserved = (bounds: readonly number[]) => createHistogram(bounds).read()
  return {
    topUps: [],
    transactions: [],
    replacements: [],
    reorganised: [],
    refusals: [],
    inFlight: [],
    confirmationSeconds: unobserved(CONFIRMATION_BOUNDS),
    reactionSeconds: unobserved(CONFIRMATION_BOUNDS),
    journalAppendSeconds: unobserved(JOURNAL_BOUNDS),
  }
}
