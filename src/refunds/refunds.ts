import type { Position } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Rules } from '../chain/port.ts'
import type { Plan } from '../funding/plan.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Lane } from '../transactions/lane.types.ts'
import { createAutoClaim, type AutoClaim } from './auto-claim.ts'
import { createReclaims, type ReclaimsOptions, type Reclaims } from './reclaim.ts'
import { createClaims, type Claims } from './claim.ts'

export type RefundsOptions = {
  wallet: string
  rules: Rules
  lane: Lane
  locks: AccountLocks
  read: (signal?: AbortSignal) => Promise<Position>
  /** While the ledger is being closed nothing is put back into a sub-account. */
  isClosing: () => boolean
  keptAt: ReclaimsOptions['keptAt']
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** Refunds on their way back to the ledger: claims, by a call or by themselves, and idle money that is asked back. */
export type Refunds = Pick<AutoClaim, 'failureOf'> & {
  /** Claims what is due in a plan, and asks idle money back. */
  act(plan: Plan): void
  reclaims: Pick<Reclaims, 'isUnderway' | 'failureOf'>
  claims: Claims
  /** Takes up the claims that an earlier process left open. */
  resume(): void
}

export function createRefunds(options: RefundsOptions): Refunds {
  const claims = createClaims(options)
  const autoClaim = createAutoClaim({ ...options, claims })
  const reclaims = createReclaims({ ...options, claims })
  return {
    act(plan) {
      autoClaim.act(plan)
      reclaims.act(plan)
    },
    failureOf: autoClaim.failureOf,
    reclaims,
    claims,
    resume: claims.resume,
  }
}
