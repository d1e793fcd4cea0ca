import { abortable } from '../base/abortable.ts'
import { weiToOg } from '../base/amounts.ts'
import { AbortedError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { Lane } from '../transactions/lane.ts'
import { accountsOf, nothingClaimed, sumOf, type ClaimOutcome } from './claim-outcome.ts'
import { retrieveBlock } from './claim-progress.ts'
import type { ClaimSaga } from './claim-saga.ts'

export type ClaimRecoveryOptions = {
  lane: Lane
  saga: Pick<ClaimSaga, 'finish' | 'end' | 'underway'>
  exclusiveAll: AccountLocks['exclusiveAll']
  logger: Logger
}

/** Brings claims to their end that were left open, by this process or an earlier one. */
export type ClaimRecovery = {
  /** Takes up every open claim. Until it is over no other writer decides about its sub-accounts. */
  resume(): void
  /** Takes up one claim. */
  resumeOne(claim: Claim): Promise<ClaimOutcome>
  /**
   * Takes up every open claim, and waits for those about a sub-account, or for all. What they did is given once: it is a
   * part of the outcome of the call that waited for it.
   */
  outcome(signal: AbortSignal | undefined, id?: SubAccountId): Promise<ClaimOutcome>
}

export function createClaimRecovery({ lane, saga, exclusiveAll, logger }: ClaimRecoveryOptions): ClaimRecovery {
  /** By id. */
  const resumed = new Map<string, { claim: Claim; done: Promise<ClaimOutcome> }>()

  return {
    resume,
    resumeOne,
    async outcome(signal, id) {
      resume()
      const isAbout = (claim: Claim) => !id || accountsOf(claim).some((one) => keyOf(one) === keyOf(id))
      const left = [...resumed.values()].filter(({ claim }) => isAbout(claim))
      const outcomes = await abortable(Promise.all(left.map(({ done }) => done)), signal)
      for (const { claim } of left) resumed.delete(claim.id)
      return sumOf(outcomes)
    },
  }

  function resume(): void {
    for (const claim of lane.workflows.claims.list()) {
      if (saga.underway.has(claim.id)) continue
      saga.underway.add(claim.id)
      const done = resumeOne(claim)
      resumed.set(claim.id, { claim, done })
      done.catch(() => resumed.delete(claim.id))
    }
  }

  async function resumeOne(claim: Claim): Promise<ClaimOutcome> {
    try {
      return await exclusiveAll(accountsOf(claim), async () => {
        if (retrieveBlock(lane, claim.id) === null) {
          await saga.end(claim.id)
          return nothingClaimed
        }
        const outcome = await saga.finish(claim, null, true)
        const amount = `${weiToOg(outcome.putBack)} OG`
        logger.info({ claim: claim.id, 'put back': amount }, 'a claim that was left open is ended')
        return outcome
      })
    } catch (error) {
      if (!(error instanceof AbortedError)) logger.error({ err: error, claim: claim.id }, 'a claim could not be ended')
      throw error
    }
  }
}
