import type { Broker } from '../index.ts'
import type { SubAccountRef, SubAccountState } from './protocol.ts'

type Service = SubAccountState['service']

/** Longer than any name. A provider may write any text on the chain. */
const LONGEST_TEXT = 200

/** Seconds of block time after which a service is read again that was missing, or could not be read. */
const RETRY_AFTER = 60

export type Services = {
  /** What an inference provider offers; null while that is unknown. */
  of(id: SubAccountRef): Service
  /** Reads the services that are unknown. They are shown with the next position. */
  request(accounts: readonly SubAccountRef[], now: number): void
}

/** The services that inference providers register on the chain. */
export function createServices(broker: Pick<Broker, 'inferenceService'>): Services {
  const known = new Map<string, Service>()
  const requestedAt = new Map<string, number>()

  return {
    of: ({ provider }) => known.get(provider) ?? null,
    request(accounts, now) {
      for (const { provider, serviceType } of accounts) {
        if (serviceType !== 'inference' || known.has(provider)) continue
        if (now - (requestedAt.get(provider) ?? -Infinity) < RETRY_AFTER) continue
        requestedAt.set(provider, now)
        broker.inferenceService(provider).then(
          (service) => service && known.set(provider, { model: cut(service.model), url: cut(service.url) }),
          () => undefined,
        )
      }
    },
  }
}

const cut = (text: string): string => text.slice(0, LONGEST_TEXT)
