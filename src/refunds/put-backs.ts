import { keyOf } from '../base/sub-account-key.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { StallReason } from '../transactions/lock-stalls.ts'
import type { Claim } from '../transactions/journal.types.ts'
import { accountsOf } from './claim-outcome.ts'
import { PutBackPendingError, type PendingPutBack } from './put-back-pending.ts'
import { putBack, type PutBack, type PutBackOptions } from './put-back.ts'

export type PutBacksOptions = Omit<PutBackOptions, 'isWanted' | 'onPending' | 'background' | 'onSent'> & {
  locks: Pick<AccountLocks, 'stall'>
  /** Whether the ledger is being closed: then nothing is put back, because closing asks it back anyway. */
  isClosing: () => boolean
}

export type PutBacksHow = Pick<PutBackOptions, 'background' | 'onSent'> & {
  /** Called each time that a put-back has failed, once that lasts. */
  onPending: (claim: Claim, reason: StallReason) => void
}

/**
 * Puts back what claims have locked, and stalls the locks of their sub-accounts while that fails. A user that asks everything back gives
 * such a put-back up by the lock, from any broker of the lane.
 */
export type PutBacks = {
  /** Settles once each sub-account of a claim has what was free there again, or its put-back was given up. */
  all(claim: Claim, how: PutBacksHow): Promise<PromiseSettledResult<PutBack>[]>
}

export function createPutBacks(options: PutBacksOptions): PutBacks {
  const { locks, isClosing } = options
  /** Sub-accounts whose put-back is pending, and those whose put-back the user gave up, by key. */
  const pending = new Map<string, StallReason>()
  const forgone = new Set<string>()

  return {
    all: (claim, { background, onSent, onPending }) =>
      Promise.allSettled(
        claim.accounts.map(async (account) => {
          const id = { provider: account.provider, serviceType: claim.serviceType }
          const isWanted = (): boolean => !isClosing() && !forgone.has(keyOf(id))
          const note = (one: PendingPutBack): void => {
            const reason = (): PutBackPendingError => new PutBackPendingError(one)
            pending.set(keyOf(id), reason)
            stall(claim)
            onPending(claim, reason)
          }
          try {
            return await putBack({ ...options, background, onSent, isWanted, onPending: note }, claim, account)
          } finally {
            pending.delete(keyOf(id))
            forgone.delete(keyOf(id))
            stall(claim)
          }
        }),
      ),
  }

  /** A claim holds the locks of all of its sub-accounts until its last put-back is done. */
  function stall(claim: Claim): void {
    const ids = accountsOf(claim)
    const [first = null] = ids.flatMap((id) => pending.get(keyOf(id)) ?? [])
    for (const id of ids) {
      const own = pending.get(keyOf(id))
      locks.stall(id, own ?? first, own && (() => void forgone.add(keyOf(id))))
    }
  }
}
