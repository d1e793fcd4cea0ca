import type { Collect } from './collect.ts'
import { labelsOf, noLabels } from './family.ts'
import type { FleetSource } from './metrics.types.ts'

const OWNED = new Set(['opening', 'open', 'closing'])

/** How many wallets of a fleet are owned by this process, free, or owned by another one. */
export function collectFleet(
  { wallets, leasesLost }: Pick<FleetSource, 'wallets' | 'leasesLost'>,
  collect: Collect,
): void {
  const states = wallets?.().map(({ state }) => (OWNED.has(state) ? 'owned' : state === 'foreign' ? state : 'free'))
  for (const state of states ? ['owned', 'free', 'foreign'] : [])
    collect('fleetWallets', labelsOf({ state }), states?.filter((one) => one === state).length ?? 0)
  if (leasesLost) collect('leasesLost', noLabels, leasesLost())
}
