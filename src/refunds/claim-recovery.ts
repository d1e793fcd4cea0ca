import { weiToOg } from '../base/amounts.ts'
import { AbortedError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { Lane } from '../transactions/lane.types.ts'
import { accountsOf, nothingClaimed, sumOf, type ClaimOutcome } from './claim-outcome.ts'
import { retrieveBlock } from './claim-progress.ts'
import type { ClaimSaga } from './claim-saga.ts'
import type { LeftOutList } from './left-out.ts'
import { isHeldUp } from './put-back-pending.ts'

export type ClaimRecoveryOptions = {
  lane: Lane
  saga: Pick<ClaimSaga, 'finish' | 'giveUp' | 'underway'>
  locks: Pick<AccountLocks, 'exclusiveAll' | 'unlessStalled'>
  logger: Logger
}

/** Brings claims to their end that were left open, by this process or an earlier one. */
export type ClaimRecovery = {
  /** Takes up every open claim. Until it is over no other writer decides about its sub-accounts. */
  resume(): void
  /** Takes up one claim. */
  resumeOne(claim: Claim): Promise<ClaimOutcome>
  /** Takes over a claim whose caller waits for it no longer. */
  takeOver(claim: Claim, done: Promise<ClaimOutcome>): void
  /**
   * Takes up every open claim, and waits for those about a sub-account, or for all. What they did is given once: it is a
   * part of the outcome of the call that waited for it.
   *
   * A claim that cannot go on for now is not waited for: a call about all lists it as left out.
   *
   * @throws PutBackPendingError, InDoubtError where a claim about that sub-account cannot go on for now
   */
  outcome(
    signal: AbortSignal | undefined,
    about: { id: SubAccountId } | { leftOut: LeftOutList },
  ): Promise<ClaimOutcome>
}

export function createClaimRecovery({ lane, saga, locks, logger }: ClaimRecoveryOptions): ClaimRecovery {
  /** By id. */
  const resumed = new Map<string, { claim: Claim; done: Promise<ClaimOutcome> }>()

  return {
    resume,
    resumeOne,
    takeOver,
    async outcome(signal, about) {
      resume()
      const id = 'id' in about ? about.id : null
      const isAbout = (claim: Claim) => !id || accountsOf(claim).some((one) => keyOf(one) === keyOf(id))
      const left = [...resumed.values()].filter(({ claim }) => isAbout(claim))
      const ended = await Promise.all(
        left.map(async ({ claim, done }) => {
          try {
            return { claim, outcome: await locks.unlessStalled(accountsOf(claim), done, signal) }
          } catch (error) {
            if ('id' in about || !isHeldUp(error)) throw error
            about.leftOut.add(accountsOf(claim), error)
            return null
          }
        }),
      )
      const known = ended.filter((one) => one !== null)
      for (const { claim } of known) resumed.delete(claim.id)
      return sumOf(known.map(({ outcome }) => outcome))
    },
  }

  function takeOver(claim: Claim, done: Promise<ClaimOutcome>): void {
    resumed.set(claim.id, { claim, done })
    done.catch(() => resumed.delete(claim.id))
  }

  function resume(): void {
    for (const claim of lane.workflows.claims.list()) {
      if (saga.underway.has(claim.id)) continue
      saga.underway.add(claim.id)
      takeOver(claim, resumeOne(claim))
    }
  }

  async function resumeOne(claim: Claim): Promise<ClaimOutcome> {
    try {
      // Whether its retrieve was sent may be known to a wallet alone.
      return await locks.exclusiveAll(accountsOf(claim), () => complete(claim), { isPatient: true })
    } catch (error) {
      if (!(error instanceof AbortedError)) logger.error({ err: error, claim: claim.id }, 'a claim could not be ended')
      throw error
    }
  }

  async function complete(claim: Claim): Promise<ClaimOutcome> {
    if (retrieveBlock(lane, claim.id) === null) {
      await saga.giveUp(claim.id)
      return nothingClaimed
    }
    const outcome = await saga.finish(claim, null, { background: true, onPending: () => undefined })
    const amount = `${weiToOg(outcome.putBack)} OG`
    logger.info({ claim: claim.id, 'put back': amount }, 'a claim that was left open is ended')
    return outcome
  }
}
