import { failureAfter } from '../../machines/auto-funding/auto-funding.retry.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import type { Logger } from '../base/logger.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Claims } from './claim.ts'
import { PartlyDoneError } from './partly-done.ts'

export type AutoClaimOptions = {
  /** Null where nothing can be sent. */
  claims: Pick<Claims, 'group' | 'claimGroup'> | null
  /** Whether the ledger is being closed: closing claims by itself. */
  isClosing: () => boolean
  blockClock: Pick<BlockClock, 'now'>
  logger: Logger
}

/** What a plan says about claiming the refunds of a sub-account; `wait` is null where they are to be claimed now. */
export type DueClaim = Pick<Decision, 'provider' | 'serviceType' | 'available' | 'claim'>

/** Auto-claim: claims refunds when a plan says so, and backs off after a failure. */
export type AutoClaim = {
  /** Claims what is due in a plan and not being claimed yet. */
  act(plan: { decisions: readonly DueClaim[] }): void
  /** Why the last attempt failed for a sub-account; null where it did not. */
  failureOf(id: SubAccountId): Failure | null
}

export function createAutoClaim({ claims, isClosing, blockClock, logger }: AutoClaimOptions): AutoClaim {
  const failures = new Map<string, Failure>()
  const busy = new Set<string>()

  return {
    act({ decisions }) {
      if (!claims || isClosing()) return
      const due = decisions.filter((one) => one.claim?.wait === null && !busy.has(keyOf(one)))
      for (const ids of claims.group(due)) void claim(claims, ids)
    },
    failureOf: (id) => failures.get(keyOf(id)) ?? null,
  }

  async function claim({ claimGroup }: Pick<Claims, 'claimGroup'>, ids: readonly SubAccountId[]): Promise<void> {
    const keys = ids.map(keyOf)
    for (const key of keys) busy.add(key)
    try {
      const { claimed, receipts } = await claimGroup(ids, { background: true })
      // A retrieve was mined and claimed nothing: another one at once would only cost gas.
      if (claimed === 0n && receipts.length > 0) throw new OgLedgerError('A retrieve claimed nothing.')
      for (const key of keys) failures.delete(key)
    } catch (error) {
      const at = blockClock.now()
      const failed = error instanceof PartlyDoneError ? error.left.map(keyOf) : keys
      for (const key of keys) if (!failed.includes(key)) failures.delete(key)
      for (const key of failed) failures.set(key, failureAfter(failures.get(key) ?? null, { at, error }))
      logger.warn({ err: error, providers: ids.map(({ provider }) => provider) }, 'refunds could not be claimed')
    } finally {
      for (const key of keys) busy.delete(key)
    }
  }
}
