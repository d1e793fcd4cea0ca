import { createCachedQuestion, type CachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import type { Pending } from '../base/pending.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { withTimeout } from '../base/timeout.ts'
import type { ProviderFees } from '../provider/unsettled-fee.ts'
import type { AutoFundingPolicy } from './config/auto-funding-policy.ts'

const TIMEOUT_MS = 8_000

export type UnsettledFeeOptions = {
  /** Asks inference providers; null where the wallet cannot sign in there by itself. */
  providerFees: Lazy<ProviderFees> | null
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
  /**
   * Asks the source for a reading at this block time; the reading waits half a second at most, and goes on without. Null where there is
   * no source to ask.
   */
  refresh(now: number): Pending
  /** The same, and waits for the answer. */
  ask(now: number): Promise<void>
}

/** The unsettled fee of one funded account. A failure leaves the last value, with its age and the error. */
export function createUnsettledFee(
  id: SubAccountId,
  source: AutoFundingPolicy['unsettledFee'],
  options: UnsettledFeeOptions,
): UnsettledFee {
  return new AccountFee(id, source, options)
}

const UNKNOWN: KnownFee = { fee: 0n, readAt: null, error: null }

class AccountFee implements UnsettledFee {
  readonly #id: SubAccountId
  readonly #source: AutoFundingPolicy['unsettledFee']
  readonly #options: UnsettledFeeOptions
  #known = UNKNOWN
  /** Made with the first source to ask. */
  #question: CachedQuestion<void, About> | null = null

  constructor(id: SubAccountId, source: AutoFundingPolicy['unsettledFee'], options: UnsettledFeeOptions) {
    this.#id = id
    this.#source = source
    this.#options = options
  }

  known(): KnownFee {
    return this.#known
  }

  refresh(now: number): Pending {
    const ask = this.#query()
    return ask && this.#sharedQuestion().refresh({ ask, now })
  }

  async ask(now: number): Promise<void> {
    const ask = this.#query()
    if (ask) await this.#sharedQuestion().ask({ ask, now })
  }

  #sharedQuestion(): CachedQuestion<void, About> {
    const { clock } = this.#options
    return (this.#question ??= createCachedQuestion({ query: (about) => this.#read(about), goodForMs: () => 0, clock }))
  }

  /** Null while there is no source to ask: then nothing is known, either. */
  #query(): Query | null {
    const query = this.#queryOf(this.#source)
    if (!query) this.#known = UNKNOWN
    return query
  }

  #queryOf(source: AutoFundingPolicy['unsettledFee']): Query | null {
    const { providerFees, clock } = this.#options
    if (source !== 'provider') return source && (() => withTimeout(TIMEOUT_MS, source, clock))
    const { provider, serviceType } = this.#id
    if (serviceType !== 'inference' || !providerFees?.part.canAsk(provider)) return null
    return () => providerFees.part.ask(provider)
  }

  async #read({ ask, now }: About): Promise<void> {
    try {
      const fee = await ask()
      if (typeof fee !== 'bigint' || fee < 0n) throw new TypeError('unsettledFee gave something else than wei.')
      this.#known = { fee, readAt: now, error: null }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      // Logged once, not at every reading; it stays in the status.
      if (message !== this.#known.error)
        this.#options.logger.warn({ err: error, ...this.#id }, 'unsettled fee unknown; its last value stands')
      this.#known = { ...this.#known, error: message }
    }
  }
}

type Query = () => Promise<bigint>

type About = { ask: Query; now: number }
