import type { Position, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { weiToOg } from '../base/amounts.ts'
import { abortable } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import { LockedError, NotFundedError } from '../base/sending-errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { withTimeout } from '../base/timeout.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { createLockWait, type LockWait } from '../transactions/lock-wait.ts'
import type { Funded, FundingRequest, SubAccountFunding } from './sub-account-funding.ts'

type Read = (signal?: AbortSignal) => Promise<Position>

export type OnDemandOptions = {
  locks: Pick<AccountLocks, 'exclusive'>
  read: Read
  /** Makes a reader for one call, which shares readings with others: see Positions. */
  sharing: () => Read
  fund: SubAccountFunding
  /** Called when a caller asks for a sub-account: that is use, also where nothing has to be paid. */
  onAsk: (id: SubAccountId) => void
  /** Called where nothing had to be paid; the caller waits for it. */
  onUnpaid: (id: SubAccountId) => Promise<void>
  clock: Clock
}

export type DemandOptions = Omit<FundingRequest, 'goal' | 'read' | 'giveUp'> & {
  timeoutMs: number
  /** Waits until another process gives the journal back, as long as the time allows. */
  waitsForLock?: boolean
}

/** Work on one sub-account that a caller wants now: alone with it, and in time. */
export type OnDemand = {
  /**
   * Fills a sub-account up to a goal. What computes the goal counts in the time.
   *
   * @throws NotFundedError after `timeoutMs`: what was sent is followed to its end, and counts when called again; LockedError where
   *   another process had the journal all the time
   */
  fill(id: SubAccountId, options: DemandOptions, toGoal: () => Promise<FundingRequest['goal']>): Promise<Funded>
  /** Does the work alone with the sub-account. While another process has the journal, only what is done needs no work. */
  unlessDone<T>(
    id: SubAccountId,
    isDone: (account: SubAccountPosition | undefined) => boolean,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | null>
}

const NOTHING_SENT: Funded = { receipt: null, paid: 0n, opened: false }
/** A timer of more would end at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export function createOnDemand({ locks, read, sharing, fund, onAsk, onUnpaid, clock }: OnDemandOptions): OnDemand {
  return { fill, unlessDone: (id, isDone, work, signal) => once([id, isDone, work, signal], null) }

  async function fill(...[id, { timeoutMs, ...how }, toGoal]: Parameters<OnDemand['fill']>): Promise<Funded> {
    onAsk(id)
    const giveUp = { at: clock.now() + timeoutMs, after: `${timeoutMs} ms` }
    const lock = how.waitsForLock ? createLockWait(clock, giveUp.at) : null
    let wanted: bigint | null = null
    let isOver = false
    const work = async (): Promise<Funded> => {
      const goal = await abortable(toGoal(), how.signal)
      wanted = goal(undefined).least
      const hasEnough = (account: SubAccountPosition | undefined) => (account?.available ?? 0n) >= goal(account).least
      const request = { ...how, goal, giveUp, read: sharing() }
      const funded = (await once([id, hasEnough, () => fund(id, request), how.signal], lock)) ?? NOTHING_SENT
      if (funded.receipt === null) await onUnpaid(id)
      return funded
    }
    const funding = work().finally(() => (isOver = true))
    return withTimeout(Math.min(timeoutMs, LONGEST_TIMEOUT_MS), () => funding, clock).catch((error: unknown) => {
      if (isOver) throw error
      const held = lock?.held()
      if (held) throw held
      throw new NotFundedError({
        provider: id.provider,
        wanted: wanted === null ? undefined : `${weiToOg(wanted)} OG`,
        after: giveUp.after,
      })
    })
  }

  async function once<T>([id, isDone, work, signal]: Exclusive<T>, lock: LockWait | null): Promise<T | null> {
    for (;;) {
      try {
        return await locks.exclusive(id, alone, { signal })
      } catch (error) {
        if (!(error instanceof LockedError)) throw error
        if (isDone(subAccountIn(await read(signal), id))) return null
        if (!(await lock?.next(error, signal))) throw error
      }
    }

    function alone(): Promise<T> {
      lock?.got()
      return work()
    }
  }
}

type Exclusive<T> = [
  id: SubAccountId,
  isDone: (account: SubAccountPosition | undefined) => boolean,
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
]
