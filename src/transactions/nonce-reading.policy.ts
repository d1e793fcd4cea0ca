import type { Members } from '../base/sparse.ts'

/** How many nonces the wallet has spent, and how many with what the node's pool holds for the next blocks. */
export type NonceCounts = {
  latest: number
  pending: number
  /** Nonces in the pool where the node shows it: a count may still include a dropped transaction. */
  pooled?: readonly number[] | null
}

/** Nonces of this wallet's own transactions: those that may still be mined, and those that were mined of late. */
export type OwnNonces = { open: Members<number>; mined: Members<number> }

/** What the counts say beside the journal: nonces in rising order. */
export type NonceReading = {
  /** The lowest nonce from `latest` on that no own transaction has. */
  next: number
  /** The pool holds transactions at these nonces that the journal does not know: what they pay is unknown. */
  unknown: readonly number[]
  /** Free nonces below an open own transaction, which waits for them. */
  gap: readonly number[]
}

/** Past this many unknown nonces the list is cut: one is enough to hold what pays. */
const MOST_LISTED = 16

/** Nonces that other programs have spent since a position: a decision that rests on it does not show what they paid. */
export function foreignNonces(
  { seen = null, latest }: { seen?: number | null; latest: number },
  { open, mined }: OwnNonces,
): number[] {
  const foreign: number[] = []
  for (let nonce = seen ?? latest; nonce < latest && foreign.length < MOST_LISTED; nonce += 1)
    if (!open.has(nonce) && !mined.has(nonce)) foreign.push(nonce)
  return foreign
}

/**
 * Reads the nonce counts beside the journal, both ways: a pool that holds more than the journal knows, and a journal that
 * waits for a nonce that the pool does not hold. A node that lags behind own receipts is corrected by them.
 */
export function readNonces({ latest, pending, pooled = null }: NonceCounts, { open, mined }: OwnNonces): NonceReading {
  const isOwn = (nonce: number): boolean => open.has(nonce) || mined.has(nonce)
  let next = latest
  while (isOwn(next)) next += 1
  const unknown: number[] = []
  for (let nonce = latest; nonce < pending && unknown.length < MOST_LISTED; nonce += 1)
    if (!isOwn(nonce) && (pooled === null || pooled.includes(nonce))) unknown.push(nonce)
  const highest = Math.max(-1, ...open)
  const gap: number[] = []
  const first = pooled === null ? Math.max(latest, pending) : latest
  for (let nonce = first; nonce < highest && gap.length < MOST_LISTED; nonce += 1)
    if (!isOwn(nonce) && !pooled?.includes(nonce)) gap.push(nonce)
  return { next, unknown, gap }
}
