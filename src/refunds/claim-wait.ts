import { onAbort } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { StallReason } from '../transactions/lock-stalls.ts'
import type { ClaimOutcome } from './claim-outcome.ts'

/** How long the caller of a claim waits for a put-back that keeps failing. */
const PATIENCE_MS = 120_000

export type ClaimWaitOptions = {
  signal: AbortSignal | undefined
  /** Called where the caller is told to wait no longer: the claim goes on. */
  onLeft: (claim: Claim, done: Promise<ClaimOutcome>) => void
  clock: Clock
}

/** Tells the caller's wait that the put-back of its claim has failed once more, and why. */
export type OnPending = (claim: Claim, reason: StallReason) => void

/**
 * The wait of a claim's caller. While its put-back cannot be sent it ends after two minutes, or when the signal aborts;
 * the claim itself goes on.
 */
export function claimWait(
  { signal, onLeft, clock }: ClaimWaitOptions,
  start: (onPending: OnPending) => Promise<ClaimOutcome>,
): Promise<ClaimOutcome> {
  return new Promise((resolve, reject) => {
    let pending: { claim: Claim; reason: StallReason; since: number } | null = null
    let isOver = false
    const endAbort = onAbort(signal, check)
    const done = start((claim, reason) => {
      pending = { claim, reason, since: pending?.since ?? clock.now() }
      check()
    })
    done.then(resolve, reject).finally(end)

    function check(): void {
      const isLate = pending !== null && (signal?.aborted === true || clock.now() - pending.since >= PATIENCE_MS)
      if (!pending || !isLate || isOver) return
      end()
      onLeft(pending.claim, done)
      reject(pending.reason())
    }

    function end(): void {
      isOver = true
      endAbort()
    }
  })
}
