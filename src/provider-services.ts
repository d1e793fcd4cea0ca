import type { ProviderService } from './chain/service.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/** What a provider offers changes seldom, and a token of an older generation is refused. */
const GOOD_FOR_MS = 600_000
const RETRY_MS = 60_000

export type ProviderServices = ReturnType<typeof createProviderServices>

export type ProviderServicesOptions = {
  readService: (provider: string) => Promise<ProviderService>
  clock: Clock
  logger: Logger
}

/** What inference providers offer, as far as it was read: nobody is funded who is not known to be there. */
export function createProviderServices({ readService, clock, logger }: ProviderServicesOptions) {
  const services = new Map<string, { service: ProviderService; until: number }>()

  return {
    of: serviceOf,
    /** Looks at those that are not known of late. One that cannot be read stays what it was. */
    async refresh(providers: readonly string[]): Promise<void> {
      const asked = await Promise.allSettled(providers.map(serviceOf))
      for (const [index, one] of asked.entries())
        if (one.status === 'rejected')
          logger.debug({ err: one.reason, provider: providers[index] }, 'what a provider offers could not be read')
    },
    /** Whether the provider offers a service; null while that could not be read. */
    isRegistered: (provider: string): boolean | null => services.get(provider)?.service.registered ?? null,
    /** Its address or our generation may have changed: looked at again, but not at every reading. */
    doubt(provider: string): void {
      const known = services.get(provider)
      if (known) known.until = Math.min(known.until, clock.now() + RETRY_MS)
    },
  }

  async function serviceOf(provider: string): Promise<ProviderService> {
    const known = services.get(provider)
    if (known && clock.now() < known.until) return known.service
    const service = await readService(provider)
    // What there is not yet may be there with the next top-up.
    const isWhole = service.acknowledged && service.generation !== null
    services.set(provider, { service, until: clock.now() + (isWhole ? GOOD_FOR_MS : GOOD_FOR_MS / 20) })
    return service
  }
}
