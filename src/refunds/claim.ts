import type { Position } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { Clock } from '../base/clock.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { resolveServiceIn } from '../chain/service-elsewhere.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { Lane, SendingOptions, SubmitOptions } from '../transactions/lane.types.ts'
import { claimableElsewhere, claimableIn, claimElsewhere } from './claim-elsewhere.ts'
import { claimGroups } from './claim-groups.ts'
import { accountsOf, sumOf, type ClaimOutcome } from './claim-outcome.ts'
import { createClaimRecovery } from './claim-recovery.ts'
import { createClaimSaga, type ClaimSaga } from './claim-saga.ts'
import { inHalves } from './halves.ts'
import { createLeftOut, type LeftOut, type LeftOutList } from './left-out.ts'
import { isHeldUp } from './put-back-pending.ts'
import { asSome, merged, partlyClaimed, someOf, type SomeClaimed } from './some-claimed.ts'
import { nothingToClaim } from './refund-rules.ts'

/** What claiming did: the last transaction's receipt, and those of all. Amounts in wei. */
export type ClaimReceipt = Receipt & ClaimOutcome & { leftOut: readonly LeftOut[] }

export type ClaimsOptions = {
  wallet: string
  rules: Rules
  lane: Lane
  read: (signal?: AbortSignal) => Promise<Position>
  locks: AccountLocks
  /** Whether the ledger is being closed. */
  isClosing: () => boolean
  clock: Clock
  logger: Logger
}

/**
 * Claims refunds whose lock is over. The contract claims only while it asks back what is free, so that is put back at
 * once: a transfer of the same amount cancels the new refund and costs the ledger nothing.
 */
export type Claims = {
  /**
   * @throws NothingToRetrieveError where nothing is unlocked, AccountNotExistsError, PutBackPendingError where a put-back is
   *   pending there
   */
  claim(id: SubAccountId, how?: SendingOptions): Promise<ClaimReceipt>
  /**
   * Leaves out sub-accounts whose put-back is pending.
   *
   * @throws NothingToRetrieveError where nothing is unlocked in any sub-account, PutBackPendingError where all that is was
   *   left out, PartlyDoneError where one of several claims failed
   */
  claimAll(how?: SendingOptions): Promise<ClaimReceipt>
  /**
   * Claims in a version of a service that the network does not name.
   *
   * @throws InvalidInputError for an unknown version, AccountNotExistsError, NothingToRetrieveError, WouldLockError where
   *   something is available there
   */
  claimIn(service: string, provider: string, how?: SendingOptions): Promise<ClaimReceipt>
  /** Groups sub-accounts by the retrieve that claims their refunds. */
  group(accounts: readonly (SubAccountId & { available: bigint })[]): SubAccountId[][]
  claimGroup(ids: readonly SubAccountId[], options?: SubmitOptions): Promise<ClaimOutcome>
  /** Asks back the idle money of a sub-account. Nothing is sent where it is not due any more. */
  reclaim: ClaimSaga['reclaim']
  /** Takes up the claims that were left open. */
  resume(): void
}

export function createClaims(options: ClaimsOptions): Claims {
  const { wallet, rules, lane, read, locks, logger } = options
  const saga = createClaimSaga({
    ...options,
    // It may have been sent: the claim goes on once its outcome is known.
    onUnresolved: (claim) => void recovery.resumeOne(claim).catch(() => undefined),
    onLeft: (claim, done) => recovery.takeOver(claim, done),
  })
  const recovery = createClaimRecovery({ lane, saga, locks, logger })

  return {
    async claim({ provider, serviceType }, { signal, onSent } = {}) {
      const id = { provider, serviceType }
      const earlier = await recovery.outcome(signal, { id })
      try {
        const account = subAccountIn(await read(signal), id)
        const errorArgs = { user: wallet, provider }
        if (!account) throw contractRefusal({ operation: 'retrieveFund', errorName: 'AccountNotExists', errorArgs })
        const receipt = receiptOf(sumOf([earlier, await saga.run([id], { signal, onSent })]), [])
        if (!receipt) throw nothingToClaim([account], serviceType)
        return receipt
      } catch (error) {
        throw partlyClaimed({ outcome: earlier, left: [id] }, error)
      }
    },
    async claimAll(how = {}) {
      const { signal } = how
      const leftOut = createLeftOut()
      const earlier = asSome(recovery.outcome(signal, { leftOut }))
      // What earlier claims did is given once.
      const position = await read(signal).catch(async (error: unknown) => {
        throw partlyClaimed(await earlier, error, leftOut.all())
      })
      const { subAccounts, elsewhere = [] } = position
      const due = subAccounts.filter(({ claimable }) => claimable > 0n)
      const all = merged(
        await Promise.all([
          earlier,
          ...group(due).map((ids) => claimOrLeaveOut(ids, leftOut, how)),
          ...claimableElsewhere(position, rules).map((accounts) =>
            someOf(inHalves(accounts, (some) => claimElsewhere(some, { read, lane }, how))),
          ),
        ]),
      )
      if (all.failure) throw partlyClaimed(all, all.failure.error, leftOut.all())
      noteStalled(lane.workflows.claims.list().flatMap(accountsOf), leftOut)
      const receipt = receiptOf(all.outcome, leftOut.all())
      if (!receipt) throw leftOut.all()[0]?.reason ?? nothingToClaim([...subAccounts, ...elsewhere])
      return receipt
    },
    async claimIn(service, provider, how = {}) {
      const position = await read(how.signal)
      resolveServiceIn(position, service, rules)
      const account = claimableIn(position, { wallet, provider, service })
      const due = account.claimable > 0n ? [account] : []
      const receipt = receiptOf(await claimElsewhere(due, { read, lane }, how), [])
      if (!receipt) throw nothingToClaim([account], account.serviceType)
      return receipt
    },
    group,
    async claimGroup(ids, how) {
      const done = await claimSome(ids, how)
      if (done.failure) throw partlyClaimed(done, done.failure.error)
      return done.outcome
    },
    reclaim: saga.reclaim,
    resume: recovery.resume,
  }

  function group(accounts: readonly (SubAccountId & { available: bigint })[]): SubAccountId[][] {
    return claimGroups(accounts, rules)
  }

  function noteStalled(ids: readonly SubAccountId[], leftOut: LeftOutList): void {
    for (const id of ids) {
      const reason = locks.stallOf(id)
      if (reason) leftOut.add([id], reason)
    }
  }

  /** Claims from those of a group whose locks are not stalled: the others keep none of them waiting. */
  async function claimOrLeaveOut(
    ids: readonly SubAccountId[],
    leftOut: LeftOutList,
    how: SendingOptions,
  ): Promise<SomeClaimed> {
    noteStalled(ids, leftOut)
    const rest = ids.filter((id) => !locks.stallOf(id))
    const claimed = await claimSome(rest, how)
    const { outcome, left, failure } = claimed
    if (!failure || !isHeldUp(failure.error)) return claimed
    const done = { outcome, left: [], failure: null }
    if (rest.length > 1)
      return merged([done, ...(await Promise.all(left.map((id) => claimOrLeaveOut([id], leftOut, how))))])
    leftOut.add(left, failure.error)
    return done
  }

  function claimSome(ids: readonly SubAccountId[], how: SubmitOptions = {}): Promise<SomeClaimed> {
    return someOf(inHalves(ids, (some) => saga.run(some, how)))
  }
}

/** Null where there was nothing to claim. */
function receiptOf(outcome: ClaimOutcome, leftOut: readonly LeftOut[]): ClaimReceipt | null {
  const last = outcome.receipts.toSorted((a, b) => a.blockNumber - b.blockNumber).at(-1)
  return last ? { ...last, ...outcome, leftOut } : null
}
