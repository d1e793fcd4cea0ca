import type { Position, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { throwIfAborted } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError } from '../base/errors.ts'
import { UnresolvedIntentError } from '../base/sending-errors.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { retrieveIntent } from '../transactions/build-intent.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { Lane, SubmitOptions } from '../transactions/lane.types.ts'
import type { OpenClaims } from '../transactions/workflows.ts'
import { unlessOvertaken } from '../transactions/overtakes.ts'
import { accountsOf, claimedBetween, nothingClaimed, sumOf, type ClaimOutcome } from './claim-outcome.ts'
import { mayYetRetrieve } from './claim-progress.ts'
import { claimWait, type ClaimWaitOptions, type OnPending } from './claim-wait.ts'
import { createPutBacks, type PutBacksHow } from './put-backs.ts'

export type ClaimSagaOptions = {
  rules: Rules
  lane: Lane
  read: (signal?: AbortSignal) => Promise<Position>
  locks: Pick<AccountLocks, 'exclusiveAll' | 'stall'>
  /** Whether the ledger is being closed: then nothing is put back, because closing asks it back anyway. */
  isClosing: () => boolean
  /** Called for a claim whose retrieve may have been sent: its wallet did not say so. */
  onUnresolved: (claim: Claim) => void
  onLeft: ClaimWaitOptions['onLeft']
  clock: Clock
  logger: Logger
}

/** `decidedAt`: when auto-funding decided to ask idle money back, in seconds of block time. */
type StepOptions = PutBacksHow & { decidedAt?: number | null }

/**
 * A claim as a saga: the retrieve that claims, then the compensating transfer that puts back what the retrieve has
 * locked. Once the first step may have been sent the second one follows, in this process or the next.
 */
export type ClaimSaga = {
  /** Claims the refunds of sub-accounts of one service. */
  run(ids: readonly SubAccountId[], options?: SubmitOptions): Promise<ClaimOutcome>
  /**
   * Asks back the idle money of a sub-account: the same two steps, but for what is kept.
   *
   * @param request.isDue decides once more, alone with the sub-account, on a new position
   */
  reclaim(id: SubAccountId, request: ReclaimRequest, options?: SubmitOptions): Promise<ClaimOutcome>
  /**
   * The second step: puts back what the retrieve has locked and ends the claim.
   *
   * @param before the position before the retrieve; null where an earlier process sent it
   */
  finish(claim: Claim, before: Position | null, how: PutBacksHow): Promise<ClaimOutcome>
  /** Ends a claim whose retrieve did nothing. Where a late receipt may change that, the claim rests, and is taken up once it does. */
  giveUp(id: string): Promise<void>
  /** Open claims that this process brings to their end, by id. */
  readonly underway: OpenClaims['underway']
}

/** What of a sub-account's free money stays there, in wei. */
export type ReclaimRequest = { keep: bigint; isDue: (position: Position) => boolean }

export function createClaimSaga(options: ClaimSagaOptions): ClaimSaga {
  const { rules, lane, read, locks, onUnresolved, onLeft, clock, logger } = options
  const { claims } = lane.workflows
  const { underway } = claims
  const putBacks = createPutBacks(options)

  return { run, reclaim, finish, giveUp, underway }

  function run(
    ids: readonly SubAccountId[],
    { signal, onSent, background = false }: SubmitOptions = {},
  ): Promise<ClaimOutcome> {
    return alone(ids, signal, async (onPending) => {
      const before = await read(signal)
      throwIfAborted(signal)
      const accounts = ids.flatMap((id) => subAccountIn(before, id) ?? []).filter(({ claimable }) => claimable > 0n)
      if (accounts.length === 0) return nothingClaimed
      return both(claimOf(accounts, clock.now()), before, { background, onPending, onSent })
    })
  }

  function reclaim(
    id: SubAccountId,
    { keep, isDue }: ReclaimRequest,
    { signal, onSent, background = false }: SubmitOptions = {},
  ): Promise<ClaimOutcome> {
    return alone([id], signal, async (onPending) => {
      const before = await read(signal)
      throwIfAborted(signal)
      const account = subAccountIn(before, id)
      if (!account || !isDue(before)) return nothingClaimed
      const claim = claimOf([{ ...account, keep }], clock.now())
      return both(claim, before, { background, onPending, onSent, decidedAt: before.block.timestamp })
    })
  }

  function alone(
    ids: readonly SubAccountId[],
    signal: AbortSignal | undefined,
    work: (onPending: OnPending) => Promise<ClaimOutcome>,
  ): Promise<ClaimOutcome> {
    return claimWait({ signal, clock, onLeft }, (onPending) =>
      // Another machine with the key may claim the same: what it left is decided on from a position that shows it.
      locks.exclusiveAll(ids, () => unlessOvertaken(clock, () => work(onPending)), { signal }),
    )
  }

  async function both(claim: Claim, before: Position, how: StepOptions): Promise<ClaimOutcome> {
    const name = rules.serviceNames[claim.serviceType]
    if (name === undefined) return nothingClaimed
    underway.add(claim.id)
    await claims.begin(claim)
    const receipt = await retrieve(claim, name, { ...how, asOf: before.block.number })
    return sumOf([{ ...nothingClaimed, receipts: [receipt] }, await finish(claim, before, how)])
  }

  async function retrieve(
    claim: Claim,
    name: string,
    { background, onSent, decidedAt = null, asOf }: StepOptions & { asOf: number },
  ): Promise<Receipt> {
    const { id, serviceType, accounts } = claim
    const providers = accounts.map(({ provider }) => provider)
    try {
      return await lane.submit(
        { ...retrieveIntent(providers, serviceType, name), decidedAt, asOf, claim: id },
        { background, onSent },
      )
    } catch (error) {
      if (error instanceof UnresolvedIntentError) onUnresolved(claim)
      else if (!(error instanceof AbortedError)) await giveUp(id)
      throw error
    }
  }

  async function finish(claim: Claim, before: Position | null, how: PutBacksHow): Promise<ClaimOutcome> {
    const outcomes = await putBacks.all(claim, how)
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

  async function giveUp(id: string): Promise<void> {
    if (!mayYetRetrieve(lane, id)) return end(id)
    claims.rest(id, () => mayYetRetrieve(lane, id))
    underway.delete(id)
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

/** @param accounts at least one, all of one service */
function claimOf(accounts: readonly (SubAccountPosition & { keep?: bigint })[], at: number): Claim {
  return {
    type: 'claiming',
    id: `claim-${at.toString(36)}-${(count += 1)}`,
    serviceType: accounts[0]?.serviceType ?? 'inference',
    accounts: accounts.map(({ provider, refunds, keep }) => ({
      provider,
      known: refunds.map(({ createdAt }) => createdAt),
      ...(keep !== undefined && { keep }),
    })),
    at,
  }
}
