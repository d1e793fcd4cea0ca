import type { Block } from '../../machines/position.types.ts'
import type { KnownBlock } from '../base/known-block.ts'
import { ImplausibleReadingError } from './dropped-reading.ts'

/** A jump from what a witness knows; null where there is none but the machine's clock. */
export type Jump = { witness: KnownBlock | null; error: ImplausibleReadingError }

/** A block may be this much ahead of the machine's clock, or of the known block's lead over it. */
export const MOST_AHEAD_MS = 600_000
/** A block may be this much behind the machine's clock, or as much behind it as the known block was. */
const MOST_BEHIND_MS = 600_000
/** Blocks do not go back in time; a reorganisation may have one made a little sooner. */
const MOST_BACK_MS = 60_000
/** A block time may catch up with the machine's clock by this much between two readings. */
const MOST_CAUGHT_UP_MS = 86_400_000
/** A block number may rise by this much at once, and by ten times the chain's pace. */
const MOST_BLOCKS_AT_ONCE = 10_000
const MOST_PACE = 10

/**
 * Whether the time of a block jumps: far ahead of the machine's clock and of the witness, or back.
 *
 * @param facts.aheadMs its lead over the machine's clock
 * @param facts.hasHeaders a chain that stands still can prove by its headers that it is behind the machine
 */
export function timeJump(
  block: Block,
  witness: KnownBlock | null,
  { aheadMs, hasHeaders }: { aheadMs: number; hasHeaders: boolean },
): Jump | null {
  const lead = witness?.aheadMs ?? null
  const isAhead = aheadMs > Math.max(0, lead ?? 0) + MOST_AHEAD_MS
  const hasCaughtUp = lead !== null && aheadMs > lead + MOST_CAUGHT_UP_MS
  // What is paid at a time long ago would count in no budget.
  const isBehind = hasHeaders && aheadMs < Math.min(0, lead ?? 0) - MOST_BEHIND_MS
  const isJump = isAhead || hasCaughtUp || isBehind || isBack(block, witness)
  return isJump ? { witness, error: timeError(block, witness, aheadMs) } : null
}

/** Whether the number of a block jumps from an earlier one, in the time of so many blocks. */
export function numberJump({ number }: Block, from: number, blocks: number): ImplausibleReadingError | null {
  if (number - from <= MOST_BLOCKS_AT_ONCE + MOST_PACE * blocks) return null
  return new ImplausibleReadingError('The node answers with a block number that cannot be right.', {
    answered: `block ${number}`,
    'last reading': `block ${from}`,
  })
}

function isBack({ number, timestamp }: Block, witness: KnownBlock | null): boolean {
  return witness !== null && number >= (witness.number ?? 0) && 1_000 * (witness.timestamp - timestamp) > MOST_BACK_MS
}

function timeError(block: Block, witness: KnownBlock | null, aheadMs: number): ImplausibleReadingError {
  return new ImplausibleReadingError('The node answers with a block time that cannot be right.', {
    answered: textOf(block),
    'last reading': witness ? textOf(witness) : undefined,
    'ahead of this machine': aheadMs > 0 ? `${Math.round(aheadMs / 1_000)} s` : undefined,
    'behind this machine': aheadMs < 0 ? `${Math.round(-aheadMs / 1_000)} s` : undefined,
    do: 'check the clock of this machine, or use another node',
  })
}

const textOf = ({ number, timestamp }: Pick<KnownBlock, 'number' | 'timestamp'>): string =>
  number === null ? `a block at ${timestamp}` : `block ${number} at ${timestamp}`
