import type { Position } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import { ReadOnlyError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { Rules } from '../chain/port.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { Lane, SubmitOptions } from '../transactions/lane.ts'
import { createAutoClaim, type AutoClaim } from './auto-claim.ts'
import { createRefundCalendar, type RefundCalendar } from './calendar.ts'
import { createClaims, type Claims } from './claim.ts'
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
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** The money's ways back to the wallet: claims of refunds, the calendar of refunds, withdrawals from the ledger. */
export type Refunds = AutoClaim & {
  /** @throws ReadOnlyError without a signer, LedgerClosingError while the ledger is being closed */
  claims(): Claims
  /** Takes up the claims that an earlier process left open. */
  resume(): void
  calendar: RefundCalendar
  withdrawals: Withdrawals
}

export function createRefunds(options: RefundsOptions): Refunds {
  const { wallet, rules, lane, locks, read, submit, closing, clock, blockClock, logger } = options
  const { exclusiveAll } = locks
  const isClosing = closing.isWanted
  const claims = lane && createClaims({ wallet, rules, lane, read, exclusiveAll, isClosing, clock, logger })

  return {
    ...createAutoClaim({ claims, isClosing, blockClock, logger }),
    claims() {
      if (!claims) throw new ReadOnlyError(wallet)
      closing.refuse('claimRefunds')
      return claims
    },
    resume: () => claims?.resume(),
    calendar: createRefundCalendar({ minedIn: lane?.minedIn ?? (() => []), logger }),
    withdrawals: createWithdrawals({
      wallet,
      rules,
      read,
      submit,
      ready: () => lane?.open() ?? Promise.resolve(),
      inFlight: lane?.inFlight ?? (() => []),
      idle: (matches) => lane?.idle(matches) ?? Promise.resolve(),
    }),
  }
}
