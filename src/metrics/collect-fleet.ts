import type { Collect } from './collect.ts'
import { labelsOf, noLabels } from './family.ts'
import type { FleetSource } from './metrics.types.ts'

const KINDS = ['locked', 'transient', 'lasting']
const OWNED = new Set(['opening', 'open', 'closing'])

/** How many wallets of a fleet are owned by this process, free, or owned by another one, how long the leases of its own hold, and which could not be opened. */
export function collectFleet(
  { wallets, leasesLost }: Pick<FleetSource, 'wallets' | 'leasesLost'>,
  collect: Collect,
): void {
  const seats = wallets?.() ?? null
  for (const { wallet, lease, retry } of seats ?? []) {
    if (lease?.expiresInMs !== undefined) collect('leaseRemaining', labelsOf({ wallet }), lease.expiresInMs / 1_000)
    if (retry) collect('fleetNextTry', labelsOf({ wallet }), retry.at / 1_000)
  }
  for (const kind of seats ? KINDS : [])
    collect('fleetFailed', labelsOf({ kind }), seats?.filter(({ retry }) => retry?.kind === kind).length ?? 0)
  const states = seats?.map(({ state }) => (OWNED.has(state) ? 'owned' : state === 'foreign' ? state : 'free'))
  for (const state of states ? ['owned', 'free', 'foreign'] : [])
    collect('fleetWallets', labelsOf({ state }), states?.filter((one) => one === state).length ?? 0)
  if (leasesLost) collect('leasesLost', noLabels, leasesLost())
}
