import type { Position } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError, ReadError } from '../base/errors.ts'
import { RefusedError } from '../base/not-sent-errors.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import { transferIntent } from '../transactions/build-intent.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { Lane, SendingOptions } from '../transactions/lane.types.ts'
import { accountIdle } from '../transactions/settled-idle.ts'
import { isPutBack, locateRetrieve, retrieveBlock } from './claim-progress.ts'
import type { PendingPutBack } from './put-back-pending.ts'
import { queuedSince } from './refund-rules.ts'

export type PutBackOptions = {
  rules: Rules
  lane: Lane
  read: () => Promise<Position>
  /** Whether it is still to be put back: not where closing, or the user, asks everything back anyway. */
  isWanted: () => boolean
  /** Called after a failure once it lasts: those that wait for it are to be told. */
  onPending: (pending: PendingPutBack) => void
  /** No caller waits for it: it does not keep the process alive. */
  background: boolean
  onSent?: SendingOptions['onSent']
  clock: Clock
  logger: Logger
}

export type PutBack = { amount: bigint; receipt: Receipt | null }

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000
/** A person who refuses at the wallet is not asked more often than that by one call. */
const REFUSALS = 3
/** From here on a failure lasts: after so many attempts in so much time, or where one takes as long as a signer may. */
const LASTS = { attempts: 3, ms: 10_000, slowMs: 60_000 }
/**
 * So often it is sent only where no other program's transaction was mined after its reading: another machine may have put the same
 * back. After that the provider's need goes first.
 */
const MOST_PINNED = 5

/**
 * Puts back what a claim has locked: a transfer cancels the refund that the claim's retrieve has queued. The amount is
 * read after the retrieve: what the provider charged in between is missing from it, and is not made up for. Until it is
 * done the provider has nothing to charge, so it is tried until it succeeds or the broker is closed.
 *
 * A charge after that reading and before the transfer cannot be ruled out. The contract then makes up for it, out of
 * older refunds first and out of the ledger after those: by the amount of the charge at most, as a top-up would.
 *
 * @throws RefusedError where the person at the wallet does not want it
 */
export async function putBack(
  options: PutBackOptions,
  claim: Claim,
  account: Claim['accounts'][number],
): Promise<PutBack> {
  const { background, clock, logger } = options
  const { serviceType } = claim
  const { provider } = account
  const began = clock.now()
  const progress: Progress = { amount: null }
  let lastWarning = ''
  for (let failures = 0, refusals = 0; ; failures += 1) {
    if (!options.isWanted()) return nothing
    try {
      const done = await attempt(options, { claim, account, progress, isPinned: failures < MOST_PINNED })
      if (done) return done
    } catch (error) {
      if (error instanceof AbortedError) throw error
      if (error instanceof RefusedError && (refusals += 1) >= REFUSALS)
        throw stillLocked({ provider, serviceType }, error)
      const message = error instanceof Error ? error.message : String(error)
      // It may take long: the same message is logged once.
      if (message !== lastWarning)
        logger.warn(
          { err: error, provider, serviceType },
          'what was free before a claim is not put back yet; trying again',
        )
      lastWarning = message
      const since = Math.floor(claim.at / 1_000)
      if (options.isWanted() && lasts(failures + 1, clock.now() - began))
        options.onPending({ provider, serviceType, ...progress, since, failures: failures + 1, error })
      const ms = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
      await new Promise<void>((resolve) => void clock.after(ms, resolve, { idle: background }))
    }
  }
}

function lasts(attempts: number, ms: number): boolean {
  return ms >= (attempts >= LASTS.attempts ? LASTS.ms : LASTS.slowMs)
}

const nothing: PutBack = { amount: 0n, receipt: null }

/** What the last reading showed; null before the first. In wei. */
type Progress = { amount: bigint | null }

type Step = { claim: Claim; account: Claim['accounts'][number]; progress: Progress; isPinned: boolean }

/** @returns null where a reorganisation took the retrieve back: the lane sends that again */
async function attempt(
  { rules, lane, read, isWanted, background, onSent }: PutBackOptions,
  { claim: { id: claim, serviceType }, account, progress, isPinned }: Step,
): Promise<PutBack | null> {
  const { provider, known, keep } = account
  if (keep === 0n) return nothing
  const id = { provider, serviceType }
  await accountIdle(lane, id)
  // A refund that was requested after the claim's own transfer is the user's wish.
  if (isPutBack(lane, claim, id) || retrieveBlock(lane, claim) === null) return nothing
  const position = await read()
  const retrievedIn = retrieveBlock(lane, claim)
  if (retrievedIn === null) return null
  const queued = queuedSince(subAccountIn(position, id)?.refunds ?? [], known)
  if (!queued) return nothing
  const minedAt = await lane.timestampOf(retrievedIn)
  const isOwn = queued.createdAt === minedAt
  if (!isOwn) await locateRetrieve(lane, claim)
  if (!isWanted()) return nothing
  if (!isOwn) {
    // Queued at another time it is the user's wish, once the block of the retrieve is final.
    const isKnown = minedAt !== null && retrieveBlock(lane, claim) === retrievedIn
    const place = { block: `${retrievedIn} at ${minedAt}`, depth: position.block.number - retrievedIn }
    if (isKnown && lane.isFinal(account, place)) return nothing
    throw new ReadError('Whose refund is pending is not certain yet.', { block: String(retrievedIn) })
  }
  const amount = keep === undefined || keep > queued.amount ? queued.amount : keep
  progress.amount = amount
  const asOf = isPinned ? position.block.number : undefined
  const intent = { ...transferIntent(id, amount, rules, { asOf, pendingRefund: queued.amount }), claim }
  return { amount, receipt: await lane.submit(intent, { background, onSent }) }
}

function stillLocked({ provider, serviceType }: SubAccountId, cause: RefusedError): RefusedError {
  const facts = { provider, serviceType, do: 'claimRefunds() asks the wallet again' }
  return new RefusedError('What was free before a claim stays locked: the wallet refused to put it back.', facts, {
    cause,
  })
}
