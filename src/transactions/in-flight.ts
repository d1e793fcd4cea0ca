import { keyOf } from '../base/sub-account-key.ts'
import type { InFlight } from './lane.ts'

/** By the key of each sub-account that something on its way touches: whether the outcome of any of it is unknown. */
export function inFlightByAccount(flights: readonly InFlight[]): ReadonlyMap<string, { unresolved: boolean }> {
  const all = new Map<string, { unresolved: boolean }>()
  for (const { intent, unresolved } of flights)
    for (const id of intent.touches) {
      const before = all.get(keyOf(id))?.unresolved ?? false
      all.set(keyOf(id), { unresolved: before || unresolved })
    }
  return all
}

/** What these may still take out of the ledger, in wei. */
export function fromLedger(flights: readonly InFlight[]): bigint {
  return flights.reduce((sum, { intent }) => sum + intent.fromLedger, 0n)
}
