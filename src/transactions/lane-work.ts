import { Lazy } from '../base/lazy.ts'
import type { Members } from '../base/sparse.ts'
import type { ForeignWatch } from './foreign-watch.ts'
import { randomGasMark } from './gas-mark.ts'
import { createIdleWait, type IdleWait } from './idle-wait.ts'
import type { Intent } from './intent.ts'
import { SEND_TIMEOUT_MS } from './signer-timeout.ts'
import { createSubmission, type Submission, type SubmissionOptions } from './submission.ts'
import { createTracker, type Tracker, type TrackerOptions } from './tracker.ts'
import type { UnknownPending } from './unknown-pending.ts'

export type LaneWorkOptions = Omit<
  TrackerOptions,
  'onGap' | 'onUnknown' | 'onForeign' | 'onDoubt' | 'onRevived' | 'ownNonces'
> &
  Pick<SubmissionOptions, 'session' | 'index' | 'remember'> & {
    /** How long a wallet that signs only while it sends may take, in milliseconds; ten minutes by default. */
    sendTimeoutMs?: number | undefined
    /** Added to each gas limit; at random by default. */
    gasMark?: number | undefined
    unknown: Pick<UnknownPending, 'report'>
    foreign: Pick<ForeignWatch, 'report'>
    /** Intents without a nonce yet. */
    preparing: Members<Intent>
  }

/** What sends the lane's transactions, follows them and waits for them: made with the first, as of many wallets most send nothing. */
export type LaneWork = {
  tracker: Lazy<Tracker>
  submission: Lazy<Submission>
  waits: Lazy<IdleWait>
  /** Closes the gap at a nonce. It never rejects. */
  fillGap(nonce: number): Promise<void>
}

export function createLaneWork(options: LaneWorkOptions): LaneWork {
  const { session, index, unknown, foreign, preparing, sendTimeoutMs, gasMark, logger } = options
  const tracker = new Lazy(() => {
    const made: Tracker = createTracker({
      ...options,
      onGap: (nonce) => void fillGap(nonce),
      onUnknown: (nonces) => unknown.report(nonces),
      onForeign: (nonce) => foreign.report(nonce),
      onDoubt: () => waits.made?.wake(),
      onRevived: (transaction) => made.follow(options.remember({ ...transaction, background: true, isRevived: true })),
      ownNonces: () => index.nonces(),
    })
    // The journal may be loaded after the lane has closed: the next broker follows what it holds.
    if (session.isClosed()) made.close()
    return made
  })
  const submission = new Lazy(() =>
    createSubmission({
      ...options,
      tracker: tracker.part,
      onUnknown: (nonces) => unknown.report(nonces),
      sendTimeoutMs: sendTimeoutMs ?? SEND_TIMEOUT_MS,
      gasMark: gasMark ?? randomGasMark(),
    }),
  )
  const inFlight = () => [...preparing, ...tracker.part.open().map(({ intent }) => intent)]
  const waits = new Lazy(() => createIdleWait({ session, tracker: tracker.part, inFlight }))
  return { tracker, submission, waits, fillGap }

  async function fillGap(nonce: number): Promise<void> {
    try {
      await submission.part.fillGap(nonce)
    } catch (error) {
      logger.warn({ err: error, nonce }, 'the gap could not be filled')
    }
  }
}
