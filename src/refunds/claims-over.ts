import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Lane } from '../transactions/lane.types.ts'
import { accountsOf } from './claim-outcome.ts'
import { isHeldUp } from './put-back-pending.ts'
import type { RetrievalsOptions } from './retrieve.ts'

/** Waits for open claims; for those that cannot go on for now it does not wait. */
export function claimsOverOn(lane: Lane | null, locks: Pick<AccountLocks, 'after'>): RetrievalsOptions['claimsOver'] {
  return async ({ serviceType, provider }, signal) => {
    const open = (lane?.workflows.claims.list() ?? []).flatMap(accountsOf)
    const ids = open.filter((id) => id.serviceType === serviceType && (!provider || id.provider === provider))
    const waits = ids.map((id) => locks.after([id], () => Promise.resolve(), signal))
    for (const wait of await Promise.allSettled(waits))
      if (wait.status === 'rejected' && !isHeldUp(wait.reason)) throw wait.reason
  }
}
