import type { Position } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { Rules } from '../chain/port.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError, ReadError, RefusedError } from '../base/errors.ts'
import { transferIntent } from '../transactions/build-intent.ts'
import { FINALITY_DEPTH } from '../base/finality.ts'
import type { Logger } from '../base/logger.ts'
import { isPutBack, locateRetrieve, retrieveBlock } from './claim-progress.ts'
import { queuedSince } from './refund-rules.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { Lane } from '../transactions/lane.ts'

export type PutBackOptions = {
  rules: Rules
  lane: Lane
  read: () => Promise<Position>
  isClosing: () => boolean
  /** Nobody waits for it: it does not keep the process alive. */
  background: boolean
  clock: Clock
  logger: Logger
}

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000
/** Who said no is asked no more often than that. */
const REFUSALS = 3

/**
 * Cancels the refund that a claim's retrieve has queued. How much that is, is read after the retrieve: what the provider
 * charged in between is missing from it and is not made up for. It goes on until it is done or the broker is closed,
 * whatever keeps it from being sent: so long the provider has nothing to charge.
 *
 * A charge after that reading and before the transfer is the one thing that nobody can rule out. The contract then makes
 * up for it, out of older refunds first and the ledger after those: no more than the charge, as a top-up would.
 *
 * @throws RefusedError where the person at the wallet does not want it
 */
export async function putBack(
  { rules, lane, read, isClosing, background, clock, logger }: PutBackOptions,
  { id: claim, serviceType }: Claim,
  { provider, known }: Claim['accounts'][number],
): Promise<{ amount: bigint; receipt: Receipt | null }> {
  const id = { provider, serviceType }
  let told = ''
  for (let failures = 0, refusals = 0; ; failures += 1) {
    try {
      await lane.idle(({ touches }) => touches.some((one) => keyOf(one) === keyOf(id)))
      // What was asked back since then is somebody's wish.
      if (isPutBack(lane, claim, id) || retrieveBlock(lane, claim) === null) return nothing
      const position = await read()
      const retrievedIn = retrieveBlock(lane, claim)
      // A reorganisation took it back: it is sent again.
      if (retrievedIn === null) continue
      const queued = queuedSince(subAccountIn(position, id)?.refunds ?? [], known)
      if (!queued) return nothing
      const minedAt = await lane.timestampOf(retrievedIn)
      const isOwn = queued.createdAt === minedAt
      if (!isOwn) await locateRetrieve(lane, claim)
      // Closing asks it back anyway.
      if (isClosing()) return nothing
      if (!isOwn) {
        // Queued at another time it is somebody's wish, once it is certain which block that of the retrieve is.
        const isCertain = minedAt !== null && retrieveBlock(lane, claim) === retrievedIn
        if (isCertain && position.block.number - retrievedIn >= FINALITY_DEPTH) return nothing
        throw new ReadError('Whose refund is pending is not certain yet.', { block: String(retrievedIn) })
      }
      const { amount } = queued
      const receipt = await lane.submit(
        { ...transferIntent(id, amount, rules, { pendingRefund: amount }), claim },
        { background },
      )
      return { amount, receipt }
    } catch (error) {
      if (error instanceof AbortedError) throw error
      if (error instanceof RefusedError && (refusals += 1) >= REFUSALS) throw stillLocked(id, error)
      const message = error instanceof Error ? error.message : String(error)
      // It may take long: the same is told once.
      if (message !== told)
        logger.warn({ err: error, ...id }, 'what was free before a claim is not put back yet; trying again')
      told = message
      const ms = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
      await new Promise<void>((resolve) => void clock.after(ms, resolve, { idle: background }))
    }
  }
}

const nothing = { amount: 0n, receipt: null }

function stillLocked({ provider, serviceType }: SubAccountId, cause: RefusedError): RefusedError {
  const facts = { provider, serviceType, do: 'claimRefunds() asks the wallet again' }
  return new RefusedError('What was free before a claim stays locked: the wallet refused to put it back.', facts, {
    cause,
  })
}
