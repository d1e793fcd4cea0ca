import type { ProviderService } from '../chain/service.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import { withTimeout } from '../base/timeout.ts'

/** What a provider offers changes seldom, and a token of an older generation is refused. */
const GOOD_FOR_MS = 600_000
/** What there is not yet may be there with the next top-up, or once the provider registers. */
const ABSENT_FOR_MS = 30_000
const RETRY_MS = 60_000
/** A node that takes long over one provider must not hold up the others. */
const GRACE_MS = 500

export type ServiceCache = ReturnType<typeof createServiceCache>

export type ServiceCacheOptions = {
  readService: (provider: string) => Promise<ProviderService>
  /** Hears of a provider that became known after nobody waited for it any more. */
  onLate: () => void
  clock: Clock
  logger: Logger
}

/** What inference providers offer, as far as it was read: nobody is funded who is not known to be there. */
export function createServiceCache({ readService, onLate, clock, logger }: ServiceCacheOptions) {
  const services = new Map<string, { service: ProviderService; until: number }>()
  /** Whoever asks meanwhile gets the same answer: of two, the older one might come last. */
  const asking = new Map<string, Promise<ProviderService>>()
  const lookedAt = new Set<string>()

  return {
    of: serviceOf,
    /** What it offers, where that was read of late. */
    known: freshOf,
    /** Nobody looked at it yet. */
    isNew: (provider: string): boolean => !lookedAt.has(provider),
    /** Looks at those that are not known of late, and waits only so long. One that cannot be read stays what it was. */
    async refresh(providers: readonly string[]): Promise<void> {
      const due = providers.filter((provider) => !freshOf(provider))
      if (due.length === 0) return
      const wait = { isOver: false }
      await withTimeout(GRACE_MS, () => Promise.all(due.map((provider) => lookAt(provider, wait))), clock).catch(() => {
        wait.isOver = true
      })
    },
    /** Whether the provider offers a service; null while that could not be read. */
    isRegistered: (provider: string): boolean | null => services.get(provider)?.service.registered ?? null,
    /** False where the provider's newest known service has a signer that the contracts' owner does not accept. */
    isAccepted: (provider: string): boolean => services.get(provider)?.service.accepted !== false,
    /** Its address or our generation may have changed: looked at again, but not at every reading. */
    doubt(provider: string): void {
      const known = services.get(provider)
      if (known) known.until = Math.min(known.until, clock.now() + RETRY_MS)
    },
  }

  async function lookAt(provider: string, wait: { readonly isOver: boolean }): Promise<void> {
    const isNew = !services.has(provider)
    lookedAt.add(provider)
    try {
      await serviceOf(provider)
      if (isNew && wait.isOver) onLate()
    } catch (error) {
      logger.debug({ err: error, provider }, 'what a provider offers could not be read')
    }
  }

  async function serviceOf(provider: string): Promise<ProviderService> {
    const fresh = freshOf(provider)
    if (fresh) return fresh
    const asked = asking.get(provider) ?? read(provider).finally(() => asking.delete(provider))
    asking.set(provider, asked)
    return asked
  }

  function freshOf(provider: string): ProviderService | null {
    const known = services.get(provider)
    return known && clock.now() < known.until ? known.service : null
  }

  async function read(provider: string): Promise<ProviderService> {
    const service = await readService(provider)
    const { registered, accepted, acknowledged, generation } = service
    const isWhole = registered && accepted !== false && acknowledged && generation !== null
    services.set(provider, { service, until: clock.now() + (isWhole ? GOOD_FOR_MS : ABSENT_FOR_MS) })
    return service
  }
}
