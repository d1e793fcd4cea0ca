import type { Prices } from '../../machines/auto-funding/fee-cap.policy.ts'
import type { ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import type { ProviderService } from '../chain/service.ts'
import { createCachedQuestion, type CachedQuestion, type CachedQuestionOptions } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { allOf, type Pending } from '../base/pending.ts'
import { SparseSet } from '../base/sparse.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'

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
  /**
   * Reads the services that are not fresh, and waits half a second at most; null where all are fresh. A failure leaves the last
   * answer. What these sub-accounts lack is read more often than what is there.
   */
  refresh(ids: readonly SubAccountId[]): Pending
  /** Whether the provider offers the service, when that was read last; null while that could not be read. */
  isRegistered(id: SubAccountId): boolean | null
  /** False where the contracts' owner did not accept the provider's signer, when that was read last. */
  isAccepted(id: SubAccountId): boolean
  /** What the provider charges for the service, when that was read last; null while that is not known, and for fine-tuning. */
  pricesOf(id: SubAccountId): Prices | null
  /** Its URL or the wallet's generation may have changed: it is read again, but not at every reading. */
  doubt(provider: string): void
  /** The wallet's account with it has changed: it is read again at once. */
  expire(provider: string): void
}

/** What providers offer, read from the chain: only a provider that is registered for a service is paid for it. */
export function createServiceCache({ readService, onLate, clock, logger }: ServiceCacheOptions): ServiceCache {
  const questions = new Map<string, CachedQuestion<ProviderService, string>>()
  const how: CachedQuestionOptions<ProviderService, string> = { query: read, goodForMs, onLate, clock }
  /** Providers that a position showed as acknowledged. One lagging answer after that does not cause another question. */
  const acknowledgedAt = new SparseSet<string>()

  return {
    of: (provider) => questionOf(provider).ask(provider),
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
    refresh: (ids) => allOf(ids.map(refresh)),
    isRegistered: (id) => offerOf(questions.get(id.provider)?.last(), id.serviceType)?.registered ?? null,
    isAccepted: (id) => offerOf(questions.get(id.provider)?.last(), id.serviceType)?.accepted !== false,
    pricesOf: ({ provider, serviceType }) =>
      serviceType === 'inference' ? (questions.get(provider)?.last()?.prices ?? null) : null,
    doubt: (provider) => questions.get(provider)?.expireWithin(RETRY_MS),
    expire: (provider) => questions.get(provider)?.expireWithin(0),
  }

  function refresh({ provider, serviceType }: SubAccountId): Pending {
    const question = questionOf(provider)
    if (question.last() && !isServing(offerOf(question.last(), serviceType))) question.expireWithin(ABSENT_FOR_MS)
    return question.refresh(provider)
  }

  function questionOf(provider: string): CachedQuestion<ProviderService, string> {
    const known = questions.get(provider)
    if (known) return known
    const question = createCachedQuestion(how)
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

type Offer = Pick<ProviderService, 'registered' | 'accepted'>

/** The provider's offer of a service; null while that is not known. */
export const offerOf = (service: ProviderService | null | undefined, serviceType: ServiceType): Offer | null =>
  (serviceType === 'inference' ? service : service?.fineTuning) ?? null

const isServing = (offer: Offer | null): boolean => offer?.registered === true && offer.accepted !== false

function goodForMs(service: ProviderService): number {
  const { registered, acknowledged, generation, fineTuning } = service
  if (!registered) return isServing(fineTuning) ? GOOD_FOR_MS : ABSENT_FOR_MS
  return isServing(service) && acknowledged && generation !== null ? GOOD_FOR_MS : ABSENT_FOR_MS
}
