import type { Collect } from './collect.ts'
import { labelsOf, noLabels } from './family.ts'
import type { FleetSource } from './metrics.types.ts'

const OWNED = new Set(['opening', 'open', 'closing'])

/** How many wallets of a fleet are owned by this process, free, or owned by another one, and how long the leases of its own hold. */
export function collectFleet(
  { wallets, leasesLost }: Pick<FleetSource, 'wallets' | 'leasesLost'>,
  collect: Collect,
): void {
  const seats = wallets?.() ?? null
  for (const { wallet, lease } of seats ?? [])
    if (lease?.expiresInMs !== undefined) collect('leaseRemaining', labelsOf({ wallet }), lease.expiresInMs / 1_000)
  const states = seats?.map(({ state }) => (OWNED.has(state) ? 'owned' : state === 'foreign' ? state : 'free'))
  for (const state of states ? ['owned', 'free', 'foreign'] : [])
    collect('fleetWallets', labelsOf({ state }), states?.filter((one) => one === state).length ?? 0)
  if (leasesLost) collect('leasesLost', noLabels, leasesLost())
}
