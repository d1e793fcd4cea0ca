import { failureAfter } from '../../machines/auto-funding/auto-funding.retry.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { weiToOg } from '../base/amounts.ts'
import { AbortedError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Plan } from '../funding/plan.ts'
import type { Claims } from './claim.ts'

export type ReclaimsOptions = {
  /** Null where nothing can be sent. */
  claims: Pick<Claims, 'reclaim'> | null
  /** Whether the ledger is being closed: closing asks everything back. */
  isClosing: () => boolean
  /** What of a sub-account's free money stays there, in wei; null where its money is not asked back at a position. */
  keptAt: (id: SubAccountId, position: Position) => bigint | null
  blockClock: Pick<BlockClock, 'now'>
  logger: Logger
}

/** Asks idle money back when a plan says so, from one sub-account at a time, and backs off after a failure. */
export type Reclaims = {
  act(plan: Pick<Plan, 'decisions' | 'position'>): void
  /** Idle money is being asked back. */
  isUnderway(): boolean
  /** Why the last attempt failed for a sub-account; null where it did not. */
  failureOf(id: SubAccountId): Failure | null
}

export function createReclaims({ claims, isClosing, keptAt, blockClock, logger }: ReclaimsOptions): Reclaims {
  const failures = new Map<string, Failure>()
  let isUnderway = false

  return {
    act({ decisions, position }) {
      const due = decisions.find(({ reclaim }) => reclaim?.wait === null)
      const keep = due ? keptAt(due, position) : null
      if (!claims || isClosing() || isUnderway || !due || keep === null) return
      isUnderway = true
      void reclaim(claims, due, keep).finally(() => (isUnderway = false))
    },
    isUnderway: () => isUnderway,
    failureOf: (id) => failures.get(keyOf(id)) ?? null,
  }

  async function reclaim(
    { reclaim: ask }: Pick<Claims, 'reclaim'>,
    { provider, serviceType }: SubAccountId,
    keep: bigint,
  ): Promise<void> {
    const id = { provider, serviceType }
    const key = keyOf(id)
    try {
      const isDue = (position: Position) => !isClosing() && keptAt(id, position) === keep
      const { receipts } = await ask(id, { keep, isDue }, { background: true })
      failures.delete(key)
      if (receipts.length > 0) logger.info({ ...id, kept: `${weiToOg(keep)} OG` }, 'idle money is asked back')
    } catch (error) {
      if (error instanceof AbortedError) return
      failures.set(key, failureAfter(failures.get(key) ?? null, { at: blockClock.now(), error }))
      logger.warn({ err: error, ...id }, 'idle money could not be asked back')
    }
  }
}
