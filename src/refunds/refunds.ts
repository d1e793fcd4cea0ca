import type { Position } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import { ReadOnlyError } from '../base/not-sent-errors.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { Plan } from '../funding/plan.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { Lane, SubmitOptions } from '../transactions/lane.ts'
import { Lazy } from '../base/lazy.ts'
import { createAutoClaim, type AutoClaim } from './auto-claim.ts'
import { createReclaims, type ReclaimsOptions, type Reclaims } from './reclaim.ts'
import { RefundCalendar } from './calendar.ts'
import { createClaims, type Claims } from './claim.ts'
import { accountsOf } from './claim-outcome.ts'
import { isHeldUp } from './put-back-pending.ts'
import type { RetrievalsOptions } from './retrieve.ts'
import { createWithdrawals, type Withdrawals } from './withdraw.ts'

export type RefundsOptions = {
  wallet: string
  rules: Rules
  lane: Lane | null
  locks: AccountLocks
  read: (signal?: AbortSignal) => Promise<Position>
  /** Sends an intent. @throws where nothing can be sent */
  submit: (intent: Intent, options?: SubmitOptions) => Promise<Receipt>
  /** While the ledger is being closed nothing is put back into a sub-account. */
  closing: { isWanted: () => boolean; refuse: (operation: string) => void }
  keptAt: ReclaimsOptions['keptAt']
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** The money's ways back to the wallet: claims of refunds, the calendar of refunds, withdrawals from the ledger. */
export type Refunds = Pick<AutoClaim, 'failureOf'> & {
  /** Claims what is due in a plan, and asks idle money back. */
  act(plan: Plan): void
  reclaims: Pick<Reclaims, 'isUnderway' | 'failureOf'>
  /** @throws ReadOnlyError without a signer, LedgerClosingError while the ledger is being closed */
  claims(): Claims
  /** Waits for open claims; for those that cannot go on for now it does not wait. */
  claimsOver: RetrievalsOptions['claimsOver']
  /** Gives up a put-back that is pending in a sub-account, whichever broker's it is: its user asks everything back. */
  forgo(id: SubAccountId): void
  /** Takes up the claims that an earlier process left open. */
  resume(): void
  calendar: RefundCalendar
  withdrawals(): Withdrawals
}

export function createRefunds(options: RefundsOptions): Refunds {
  const { wallet, rules, lane, locks, read, submit, closing, keptAt, clock, blockClock, logger } = options
  const isClosing = closing.isWanted
  const claims = lane && new Lazy(() => createClaims({ wallet, rules, lane, read, locks, isClosing, clock, logger }))
  const automatic = () => ({ claims: claims?.part ?? null, isClosing, blockClock, logger })
  const autoClaim = new Lazy(() => createAutoClaim(automatic()))
  const reclaims = new Lazy(() => createReclaims({ ...automatic(), keptAt }))
  const withdrawals = new Lazy(() =>
    createWithdrawals({
      wallet,
      rules,
      read,
      submit,
      ready: () => lane?.open() ?? Promise.resolve(),
      inFlight: () => lane?.inFlight() ?? [],
      idle: (matches, signal) => lane?.idle(matches, signal) ?? Promise.resolve(),
    }),
  )

  return {
    act(plan) {
      if (plan.decisions.some(({ claim }) => claim?.wait === null)) autoClaim.part.act(plan)
      if (plan.decisions.some(({ reclaim }) => reclaim?.wait === null)) reclaims.part.act(plan)
    },
    failureOf: (id) => autoClaim.made?.failureOf(id) ?? null,
    reclaims: {
      isUnderway: () => reclaims.made?.isUnderway() ?? false,
      failureOf: (id) => reclaims.made?.failureOf(id) ?? null,
    },
    claims() {
      if (!claims) throw new ReadOnlyError(wallet)
      closing.refuse('claimRefunds')
      return claims.part
    },
    async claimsOver({ serviceType, provider }, signal) {
      const open = (lane?.workflows.claims.list() ?? []).flatMap(accountsOf)
      const ids = open.filter((id) => id.serviceType === serviceType && (!provider || id.provider === provider))
      const waits = ids.map((id) => locks.after([id], () => Promise.resolve(), signal))
      for (const wait of await Promise.allSettled(waits))
        if (wait.status === 'rejected' && !isHeldUp(wait.reason)) throw wait.reason
    },
    forgo: (id) => locks.giveUp(id),
    resume() {
      if (lane && lane.workflows.claims.list().length > 0) claims?.part.resume()
    },
    calendar: new RefundCalendar({ minedIn: (from, to) => lane?.minedIn(from, to) ?? [], logger }),
    withdrawals: () => withdrawals.part,
  }
}
