import type { ServiceType } from '../../machines/position.types.ts'

/** What tells one sub-account of a wallet from another. The provider is in checksummed spelling. */
export type SubAccountId = { provider: string; serviceType: ServiceType }

/** A process that meets more providers begins anew. */
const MOST_KEYS = 10_000

/** The keys of each provider: the maps of thousands of wallets share them. */
const known: Record<ServiceType, Map<string, string>> = { inference: new Map(), 'fine-tuning': new Map() }

export function keyOf({ provider, serviceType }: SubAccountId): string {
  const keys = known[serviceType]
  const found = keys.get(provider)
  if (found !== undefined) return found
  const key = `${serviceType}:${provider}`
  if (keys.size >= MOST_KEYS) keys.clear()
  keys.set(provider, key)
  return key
}
