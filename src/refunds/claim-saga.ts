import type { Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { throwIfAborted } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError, UnresolvedIntentError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { retrieveIntent } from '../transactions/build-intent.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { Lane, SubmitOptions } from '../transactions/lane.ts'
import { accountsOf, claimedBetween, nothingClaimed, sumOf, type ClaimOutcome } from './claim-outcome.ts'
import { putBack } from './put-back.ts'

export type ClaimSagaOptions = {
  rules: Rules
  lane: Lane
  read: (signal?: AbortSignal) => Promise<Position>
  exclusiveAll: AccountLocks['exclusiveAll']
  /** Whether the ledger is being closed: then nothing is put back, because closing asks it back anyway. */
  isClosing: () => boolean
  /** Called for a claim whose retrieve may have been sent: its wallet did not say so. */
  onUnresolved: (claim: Claim) => void
  clock: Clock
  logger: Logger
}

/**
 * A claim as a saga: the retrieve that claims, then the compensating transfer that puts back what the retrieve has
 * locked. Once the first step may have been sent the second one follows, in this process or the next.
 */
export type ClaimSaga = {
  /** Claims the refunds of sub-accounts of one service. */
  run(ids: readonly SubAccountId[], options?: SubmitOptions): Promise<ClaimOutcome>
  /**
   * The second step: puts back what the retrieve has locked and ends the claim.
   *
   * @param before the position before the retrieve; null where an earlier process sent it
   */
  finish(claim: Claim, before: Position | null, background: boolean): Promise<ClaimOutcome>
  /** Ends a claim without a second step. */
  end(id: string): Promise<void>
  /** Open claims that this process brings to their end, by id. */
  readonly underway: Set<string>
}

export function createClaimSaga(options: ClaimSagaOptions): ClaimSaga {
  const { rules, lane, read, exclusiveAll, onUnresolved, clock, logger } = options
  const { claims } = lane.workflows
  const underway = new Set<string>()

  return { run, finish, end, underway }

  function run(
    ids: readonly SubAccountId[],
    { signal, background = false }: SubmitOptions = {},
  ): Promise<ClaimOutcome> {
    return exclusiveAll(
      ids,
      async () => {
        const before = await read(signal)
        throwIfAborted(signal)
        const accounts = ids.flatMap((id) => subAccountIn(before, id) ?? []).filter(({ claimable }) => claimable > 0n)
        const [first] = accounts
        const name = first && rules.serviceNames[first.serviceType]
        if (!first || name === undefined) return nothingClaimed
        const claim = claimOf(first.serviceType, accounts, clock.now())
        underway.add(claim.id)
        await claims.begin(claim)
        const receipt = await retrieve(claim, name, background)
        return sumOf([{ ...nothingClaimed, receipts: [receipt] }, await finish(claim, before, background)])
      },
      signal,
    )
  }

  async function retrieve(claim: Claim, name: string, background: boolean): Promise<Receipt> {
    const { id, serviceType, accounts } = claim
    const providers = accounts.map(({ provider }) => provider)
    try {
      return await lane.submit({ ...retrieveIntent(providers, serviceType, name), claim: id }, { background })
    } catch (error) {
      if (error instanceof UnresolvedIntentError) onUnresolved(claim)
      else if (!(error instanceof AbortedError)) await end(id)
      throw error
    }
  }

  async function finish(claim: Claim, before: Position | null, background: boolean): Promise<ClaimOutcome> {
    const outcomes = await Promise.allSettled(
      claim.accounts.map((account) => putBack({ ...options, background }, claim, account)),
    )
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) {
      // It stays open: the next claim takes it up.
      underway.delete(claim.id)
      throw failed.reason
    }
    const back = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    await end(claim.id)
    const claimed = before ? claimedBetween(before, await read(), accountsOf(claim)) : 0n
    const receipts = back.flatMap(({ receipt }) => receipt ?? [])
    return { claimed, putBack: back.reduce((sum, { amount }) => sum + amount, 0n), receipts }
  }

  /** Where the end cannot be written the next process looks at the claim: it puts back what that retrieve has locked only. */
  async function end(id: string): Promise<void> {
    underway.delete(id)
    try {
      await claims.end(id)
    } catch (error) {
      logger.debug({ err: error, claim: id }, 'the end of a claim could not be recorded')
    }
  }
}

let count = 0

function claimOf(serviceType: ServiceType, accounts: readonly SubAccountPosition[], at: number): Claim {
  return {
    type: 'claiming',
    id: `claim-${at.toString(36)}-${(count += 1)}`,
    serviceType,
    accounts: accounts.map(({ provider, refunds }) => ({ provider, known: refunds.map(({ createdAt }) => createdAt) })),
    at,
  }
}
