/**
 * A reading at which foreign transactions were looked for: its block, that block's time in seconds, and the clock and the time
 * between blocks in milliseconds.
 */
export type Moment = { number: number; timestamp: number; ms: number; blockTimeMs: number }

/** Another program sends with the key: since its last transaction was seen, and in how many readings without a quiet one between. */
export type ForeignHold = { last: Moment; inARow: number }

/** What pays is held until this many blocks went by without another foreign transaction, within these seconds. */
const QUIET_BLOCKS = 3
const SHORTEST_QUIET = 1
const LONGEST_QUIET = 30
/** A program that never rests must not stop funding for ever: after so many holds in a row what pays goes on beside it. */
const MOST_IN_A_ROW = 5

/** The hold after a reading that did or did not show a new foreign transaction; null once the wallet is quiet. */
export function holdAfter(hold: ForeignHold | null, now: Moment, isSeen: boolean): ForeignHold | null {
  if (isSeen) return { last: now, inARow: (hold?.inARow ?? 0) + 1 }
  return hold && isQuiet(hold.last, now) ? null : hold
}

export function isHolding(hold: ForeignHold | null): boolean {
  return hold !== null && hold.inARow <= MOST_IN_A_ROW
}

/** When the next reading may find the wallet quiet, in milliseconds from now. */
export function msUntilQuiet({ last }: ForeignHold, { number, blockTimeMs }: Moment): number {
  return msFor(Math.max(1, QUIET_BLOCKS - (number - last.number)), blockTimeMs)
}

/** A chain that stands still, or mines only what it is sent, has no blocks to count: there twice the time of these blocks ends the hold. */
function isQuiet(last: Moment, now: Moment): boolean {
  const seconds = now.timestamp - last.timestamp
  const hasRested = now.number - last.number >= QUIET_BLOCKS && seconds >= SHORTEST_QUIET
  return hasRested || seconds >= LONGEST_QUIET || now.ms - last.ms >= msFor(2 * QUIET_BLOCKS, now.blockTimeMs)
}

function msFor(blocks: number, blockTimeMs: number): number {
  return Math.min(Math.max(blocks * blockTimeMs, SHORTEST_QUIET * 1_000), LONGEST_QUIET * 1_000)
}
