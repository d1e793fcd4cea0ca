import type { Position } from '../../machines/position.types.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Rules } from '../chain/port.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import { createClaiming, type Claiming } from './claim.ts'
import { failureAfter } from '../../machines/auto-funding/auto-funding.retry.ts'
import { OgLedgerError, readOnlyError } from '../base/errors.ts'
import type { Plan } from '../funding/planner.ts'
import type { Logger } from '../base/logger.ts'
import { createRefundCalendar } from './calendar.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { Lane, SubmitOptions } from '../transactions/lane.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { createWithdrawing } from './withdraw.ts'

export type MoneyOutOptions = {
  wallet: string
  rules: Rules
  lane: Lane | null
  locks: AccountLocks
  read: (signal?: AbortSignal) => Promise<Position>
  /** Sends; throws where nothing can be sent. */
  submit: (intent: Intent, options?: SubmitOptions) => Promise<Receipt>
  /** While the ledger is being closed nothing is put back into a sub-account. */
  closing: { isWanted: () => boolean; refuse: (operation: string) => void }
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

export type MoneyOut = ReturnType<typeof createMoneyOut>

/** The ways back to the wallet: refunds and their claims, and what may leave the ledger. */
export function createMoneyOut(options: MoneyOutOptions) {
  const { wallet, rules, lane, locks, read, submit, closing, clock, blockClock, logger } = options
  const failures = new Map<string, Failure>()
  const busy = new Set<string>()
  const claims =
    lane &&
    createClaiming({
      wallet,
      rules,
      lane,
      read,
      exclusiveAll: locks.exclusiveAll,
      isClosing: closing.isWanted,
      clock,
      logger,
    })

  return {
    /** @throws NotSentError where nothing can be sent, LedgerClosingError while the ledger is being closed */
    claiming(): Claiming {
      if (!claims) throw readOnlyError(wallet)
      closing.refuse('claimRefunds')
      return claims
    },
    /** Takes up the claims that an earlier process left open. */
    resume: (): void => claims?.resume(),
    calendar: createRefundCalendar({ minedIn: lane?.minedIn ?? (() => []), logger }),
    withdrawing: createWithdrawing({
      wallet,
      rules,
      read,
      submit,
      ready: () => lane?.open() ?? Promise.resolve(),
      inFlight: lane?.inFlight ?? (() => []),
      idle: (matches) => lane?.idle(matches) ?? Promise.resolve(),
    }),
    /** Why the last attempt to claim by itself failed; null where it did not. */
    failureOf: (id: SubAccountId): Failure | null => failures.get(keyOf(id)) ?? null,
    /** Claims what a plan says is to be claimed by itself. */
    act({ decisions }: Plan): void {
      if (!claims || closing.isWanted()) return
      const due = decisions.filter((one) => one.claim?.wait === null && !busy.has(keyOf(one)))
      for (const ids of claims.group(due)) void claimQuietly(claims, ids)
    },
  }

  async function claimQuietly({ claimGroup }: Claiming, ids: readonly SubAccountId[]): Promise<void> {
    const keys = ids.map(keyOf)
    for (const key of keys) busy.add(key)
    try {
      const { claimed, receipts } = await claimGroup(ids, { background: true })
      // It was mined and claimed nothing: at once again, it would only cost gas.
      if (claimed === 0n && receipts.length > 0) throw new OgLedgerError('A retrieve claimed nothing.')
      for (const key of keys) failures.delete(key)
    } catch (error) {
      const at = blockClock.now()
      for (const key of keys) failures.set(key, failureAfter(failures.get(key) ?? null, { at, error }))
      logger.warn({ err: error, providers: ids.map(({ provider }) => provider) }, 'refunds could not be claimed')
    } finally {
      for (const key of keys) busy.delete(key)
    }
  }
}
