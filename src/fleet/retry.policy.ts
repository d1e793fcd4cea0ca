import { JournalError, LockedError, OgLedgerError, SigningError } from '../index.ts'
import type { FleetWallet } from './fleet.types.ts'

/** What becomes of a wallet that could not be opened. */
export type Retry = NonNullable<FleetWallet['retry']>
export type RetryKind = Retry['kind']

/** The pause after the first failure, which doubles up to the longest one. A wrong key stays wrong until a person looks. */
const PAUSES = {
  locked: { firstMs: 2_000, longestMs: 30_000 },
  transient: { firstMs: 5_000, longestMs: 60_000 },
  lasting: { firstMs: 300_000, longestMs: 3_600_000 },
} satisfies Record<RetryKind, { firstMs: number; longestMs: number }>

/**
 * A journal that is refused is usable once its disk has room, its rights are right, or it is repaired. What callbacks throw may pass, and so may
 * the silence of a signer.
 */
export function retryKindOf(error: Error): RetryKind {
  if (error instanceof LockedError) return 'locked'
  if (!(error instanceof OgLedgerError) || error.retryable) return 'transient'
  return error instanceof JournalError || error instanceof SigningError ? 'transient' : 'lasting'
}

/** How long a wallet rests after its `failures`-th failure of one kind in a row, from 1. */
export function pauseMs(kind: RetryKind, failures: number): number {
  const { firstMs, longestMs } = PAUSES[kind]
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30))
}
