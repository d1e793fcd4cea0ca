import type { Broker } from '../index.ts'
import type { SubAccountRef, SubAccountState } from './protocol.ts'

type Service = SubAccountState['service']

/** Longer than any name; a provider may write whatever it likes. */
const LONGEST_TEXT = 200

/** Seconds of block time after which a provider whose service could not be read is asked anew. */
const RETRY_AFTER = 60

/** What inference providers say of themselves: each is asked once, and it is told with the position after the answer. */
export function createServices(broker: Broker) {
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
          (service) => known.set(provider, service && { model: cut(service.model), url: cut(service.url) }),
          () => undefined,
        )
      }
    },
  }
}

const cut = (text: string): string => text.slice(0, LONGEST_TEXT)
