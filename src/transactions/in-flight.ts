import { keyOf } from '../base/sub-account-key.ts'
import type { InFlight } from './lane.ts'

/** Sub-accounts that intents in flight touch, by key, and whether one of those intents is unresolved. */
export function inFlightByAccount(flights: readonly InFlight[]): ReadonlyMap<string, { unresolved: boolean }> {
  const all = new Map<string, { unresolved: boolean }>()
  for (const { intent, unresolved } of flights)
    for (const id of intent.touches) {
      const before = all.get(keyOf(id))?.unresolved ?? false
      all.set(keyOf(id), { unresolved: before || unresolved })
    }
  return all
}

/** The most that intents in flight may still take out of the ledger, in wei. */
export function fromLedger(flights: readonly InFlight[]): bigint {
  return flights.reduce((sum, { intent }) => sum + intent.fromLedger, 0n)
}
