import { createCachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { withTimeout } from '../base/timeout.ts'
import type { ProviderFees } from '../provider/unsettled-fee.ts'
import type { AutoFundingPolicy } from './config/auto-funding-policy.ts'

const TIMEOUT_MS = 8_000

export type UnsettledFeeOptions = {
  /** Asks inference providers; null where the wallet cannot sign in there by itself. */
  providerFees: ProviderFees | null
  clock: Clock
  logger: Logger
}

/** What a provider has served and not charged yet, as it was read last. */
export type KnownFee = {
  /** In wei; 0 before the first answer, and where no source is asked. */
  fee: bigint
  /** Block time of the reading that asked for it, in seconds; null before the first answer, and without a source. */
  readAt: number | null
  /** Why there is no newer one; null once there is. */
  error: string | null
}

export type UnsettledFee = {
  known(): KnownFee
  /** Asks the source for a reading at this block time; the reading waits half a second at most, and goes on without. */
  refresh(now: number): Promise<void>
  /** The same, and waits for the answer. */
  ask(now: number): Promise<void>
}

/** The unsettled fee of one funded account. A failure leaves the last value, with its age and the error. */
export function createUnsettledFee(
  id: SubAccountId,
  source: AutoFundingPolicy['unsettledFee'],
  { providerFees, clock, logger }: UnsettledFeeOptions,
): UnsettledFee {
  let known: KnownFee = { fee: 0n, readAt: null, error: null }
  const question = createCachedQuestion({ query: read, goodForMs: () => 0, clock })

  return {
    known: () => known,
    refresh: (now) => askBy((about) => question.refresh(about), now),
    ask: (now) => askBy((about) => question.ask(about), now),
  }

  async function askBy(put: (about: { ask: Query; now: number }) => Promise<void>, now: number): Promise<void> {
    const ask = query()
    if (ask) await put({ ask, now })
    else known = { fee: 0n, readAt: null, error: null }
  }

  /** Null while there is no source to ask. */
  function query(): Query | null {
    if (source !== 'provider') return source && (() => withTimeout(TIMEOUT_MS, source, clock))
    if (id.serviceType !== 'inference' || !providerFees?.canAsk(id.provider)) return null
    return () => providerFees.ask(id.provider)
  }

  async function read({ ask, now }: { ask: Query; now: number }): Promise<void> {
    try {
      const fee = await ask()
      if (typeof fee !== 'bigint' || fee < 0n) throw new TypeError('unsettledFee gave something else than wei.')
      known = { fee, readAt: now, error: null }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      // Logged once, not at every reading; it stays in the status.
      if (message !== known.error) logger.warn({ err: error, ...id }, 'unsettled fee unknown; its last value stands')
      known = { ...known, error: message }
    }
  }
}

type Query = () => Promise<bigint>
