import type { SubAccountPosition } from '../../machines/position.types.ts'
import type { ProviderService } from '../chain/service.ts'
import { createCachedQuestion, type CachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'

/** A provider's offer changes seldom, and a token of an older generation is refused. */
const GOOD_FOR_MS = 600_000
/** A missing sub-account may exist after the next top-up, a missing service once the provider registers. */
const ABSENT_FOR_MS = 30_000
const RETRY_MS = 60_000

/** What a position shows of a sub-account. */
export type SeenAccount = Pick<SubAccountPosition, 'provider' | 'serviceType' | 'acknowledged'>

export type ServiceCacheOptions = {
  readService: (provider: string) => Promise<ProviderService>
  /** Called when a provider's first answer arrives after a reading stopped waiting for it. */
  onLate: () => void
  clock: Clock
  logger: Logger
}

export type ServiceCache = {
  /** The provider's service, read unless the last answer is fresh; rejects where it cannot be read. */
  of(provider: string): Promise<ProviderService>
  /** The provider's service as it was read lately; null otherwise. */
  known(provider: string): ProviderService | null
  /**
   * Compares answers with the sub-accounts of a position: where one was opened or acknowledged since, the answer is of
   * before, and is read again at once.
   */
  see(subAccounts: readonly SeenAccount[]): void
  /** The provider's service was never read, nor is it being read. */
  isNew(provider: string): boolean
  /** Reads the services that are not fresh, and waits half a second at most. A failure leaves the last answer. */
  refresh(providers: readonly string[]): Promise<void>
  /** Whether the provider offers a service; null while that could not be read. */
  isRegistered(provider: string): boolean | null
  /** False where the contracts' owner did not accept the provider's signer, when that was read last. */
  isAccepted(provider: string): boolean
  /** Its URL or the wallet's generation may have changed: it is read again, but not at every reading. */
  doubt(provider: string): void
  /** The wallet's account with it has changed: it is read again at once. */
  expire(provider: string): void
}

/** What inference providers offer, read from the chain: auto-funding pays only a provider that is registered. */
export function createServiceCache({ readService, onLate, clock, logger }: ServiceCacheOptions): ServiceCache {
  const questions = new Map<string, CachedQuestion<ProviderService>>()
  /** Providers that a position showed as acknowledged. One lagging answer after that does not cause another question. */
  const acknowledgedAt = new Set<string>()

  return {
    of: (provider) => questionOf(provider).ask(),
    known: (provider) => questions.get(provider)?.fresh() ?? null,
    see(subAccounts) {
      for (const { provider, serviceType, acknowledged } of subAccounts) {
        if (serviceType !== 'inference') continue
        if (!acknowledged) acknowledgedAt.delete(provider)
        else if (!acknowledgedAt.has(provider)) {
          acknowledgedAt.add(provider)
          const question = questions.get(provider)
          if (question?.last()?.acknowledged === false) question.expireWithin(0)
        }
      }
    },
    isNew: (provider) => !questions.has(provider),
    async refresh(providers) {
      await Promise.all(providers.map((provider) => questionOf(provider).refresh()))
    },
    isRegistered: (provider) => questions.get(provider)?.last()?.registered ?? null,
    isAccepted: (provider) => questions.get(provider)?.last()?.accepted !== false,
    doubt: (provider) => questions.get(provider)?.expireWithin(RETRY_MS),
    expire: (provider) => questions.get(provider)?.expireWithin(0),
  }

  function questionOf(provider: string): CachedQuestion<ProviderService> {
    const known = questions.get(provider)
    if (known) return known
    const question = createCachedQuestion({ query: () => read(provider), goodForMs, onLate, clock })
    questions.set(provider, question)
    return question
  }

  async function read(provider: string): Promise<ProviderService> {
    try {
      return await readService(provider)
    } catch (error) {
      logger.debug({ err: error, provider }, "a provider's service could not be read")
      throw error
    }
  }
}

function goodForMs({ registered, accepted, acknowledged, generation }: ProviderService): number {
  const isServing = registered && accepted !== false
  return isServing && acknowledged && generation !== null ? GOOD_FOR_MS : ABSENT_FOR_MS
}
