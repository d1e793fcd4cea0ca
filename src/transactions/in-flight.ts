import { keyOf } from '../base/sub-account-key.ts'
import type { InFlight } from './lane.types.ts'

/** What keeps an intent in flight: what only a wallet knows, or the nonce that another transaction took. */
export type Doubts = Pick<InFlight, 'unresolved' | 'nonceSpent'>

/** Sub-accounts that intents in flight touch, by key, with the doubts about any of those intents. */
export function inFlightByAccount(flights: readonly InFlight[]): ReadonlyMap<string, Doubts> {
  const all = new Map<string, Doubts>()
  for (const { intent, unresolved, nonceSpent } of flights)
    for (const id of intent.touches) {
      const before = all.get(keyOf(id))
      all.set(keyOf(id), {
        unresolved: before?.unresolved === true || unresolved,
        nonceSpent: before?.nonceSpent === true || nonceSpent,
      })
    }
  return all
}

/** The most that intents in flight may still take out of the ledger, in wei. */
export function fromLedger(flights: readonly InFlight[]): bigint {
  return flights.reduce((sum, { intent }) => sum + intent.fromLedger, 0n)
}
