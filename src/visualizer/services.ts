import type { Broker } from '../index.ts'
import type { SubAccountRef, SubAccountState } from './protocol.ts'

type Service = SubAccountState['service']

/** Longer than any name; a provider may write whatever it likes. */
const LONGEST_TEXT = 200

/** Seconds of block time after which a provider is asked anew that offers nothing yet, or could not be read. */
const RETRY_AFTER = 60

/** What inference providers say of themselves: once it is known, it is told with the next position. */
export function createServices(broker: Pick<Broker, 'inferenceService'>) {
  const known = new Map<string, Service>()
  const askedAt = new Map<string, number>()

  return {
    of: ({ provider }: SubAccountRef): Service => known.get(provider) ?? null,
    ask(accounts: readonly SubAccountRef[], now: number): void {
      for (const { provider, serviceType } of accounts) {
        if (serviceType !== 'inference' || known.has(provider)) continue
        if (now - (askedAt.get(provider) ?? -Infinity) < RETRY_AFTER) continue
        askedAt.set(provider, now)
        broker.inferenceService(provider).then(
          (service) => service && known.set(provider, { model: cut(service.model), url: cut(service.url) }),
          () => undefined,
        )
      }
    },
  }
}

const cut = (text: string): string => text.slice(0, LONGEST_TEXT)
