import type { Block } from '../../machines/position.types.ts'
import { ImplausibleReadingError } from './dropped-reading.ts'

export type Plausibility = {
  /** @throws ImplausibleReadingError for a block whose number or time jumps, until it is proven or confirmed */
  check(block: Block): Promise<void>
  /** Takes over the block of an accepted reading. */
  accept(block: Block): void
}

export type PlausibilityOptions = {
  /** The block at which the chain was opened. */
  notBefore: number
  blockTimeMs: () => number
  /** Milliseconds since 1970. */
  now: () => number
  /** Timestamp of a block in seconds; null where the node does not have the block. */
  timestampOf: ((blockNumber: number) => Promise<number | null>) | undefined
}

/** A block may be this much ahead of the machine's clock, or of the last reading's lead over it. */
const MOST_AHEAD_MS = 600_000
/** A first block may be this much behind the machine's clock, and a later one behind the last: blocks do not go back in time. */
const MOST_BEHIND_MS = 600_000
/** A block time may catch up with the machine's clock by this much between two readings. */
const MOST_CAUGHT_UP_MS = 86_400_000
/** A clock that is wrong by more, or a development chain that is further ahead, needs the agreement of several readings. */
const MOST_PROVEN_AHEAD_MS = 400 * 86_400_000
/** A block number may rise by this much at once, and by ten times the chain's pace. */
const MOST_BLOCKS_AT_ONCE = 10_000
const MOST_PACE = 10
/** So many readings in a row that agree, over so many blocks' time within these bounds, confirm a jump. */
const LEAST_READINGS = 3
const LEAST_BLOCKS = 3
const LEAST_MS = 4_000
const MOST_MS = 30_000

type Accepted = Block & { at: number; aheadMs: number }
type Run = { block: number; aheadMs: number; readings: number; since: number }

/**
 * Finds readings whose block cannot be right: a time far ahead of the machine's clock or back from the last block's, or a number far
 * ahead of the chain's pace. A wrong one would decide on cooldowns, budgets and unlocks, and refuse all later readings. Such a reading
 * counts once the headers of its block and of the last accepted block prove it, or once several readings in a row agree.
 */
export function createPlausibility(options: PlausibilityOptions): Plausibility {
  const { notBefore, blockTimeMs, now, timestampOf } = options
  const openedAt = now()
  let last: Accepted | null = null
  let run: Run | null = null

  return {
    async check(block) {
      const jump = jumpOf(block)
      if (!jump) {
        run = null
        return
      }
      run = extended(run, block)
      if (!isConfirmed(run) && !(await isProven(block))) throw jump
    },
    accept(block) {
      run = null
      // A halted chain repeats its block: the lead of that block over the clock is the one at its first reading.
      if (block.number !== last?.number) last = { ...block, at: now(), aheadMs: aheadMsOf(block) }
    },
  }

  function jumpOf(block: Block): ImplausibleReadingError | null {
    const aheadMs = aheadMsOf(block)
    const isAhead = aheadMs > Math.max(0, last?.aheadMs ?? 0) + MOST_AHEAD_MS
    if (isAhead || (last && aheadMs > last.aheadMs + MOST_CAUGHT_UP_MS)) return timeError(block, last, aheadMs)
    if (isBehind(block)) return timeError(block, last, aheadMs)
    const { number, at } = last ?? { number: notBefore, at: openedAt }
    const pace = (MOST_PACE * (now() - at)) / Math.max(1, blockTimeMs())
    return block.number - number > MOST_BLOCKS_AT_ONCE + pace ? numberError(block, number) : null
  }

  /** What is paid at a time long ago would count in no budget. A chain that stands still since then proves it by its header. */
  function isBehind(block: Block): boolean {
    if (last) return block.number >= last.number && 1_000 * (last.timestamp - block.timestamp) > MOST_BEHIND_MS
    return timestampOf !== undefined && aheadMsOf(block) < -MOST_BEHIND_MS
  }

  function aheadMsOf({ timestamp }: Block): number {
    return 1_000 * timestamp - now()
  }

  function extended(before: Run | null, block: Block): Run {
    const aheadMs = aheadMsOf(block)
    const agrees =
      before !== null && block.number >= before.block && Math.abs(aheadMs - before.aheadMs) <= MOST_AHEAD_MS
    if (!agrees) return { block: block.number, aheadMs, readings: 1, since: now() }
    return { ...before, block: block.number, readings: before.readings + 1 }
  }

  function isConfirmed({ readings, since }: Run): boolean {
    const leastMs = Math.min(Math.max(LEAST_MS, LEAST_BLOCKS * blockTimeMs()), MOST_MS)
    return readings >= LEAST_READINGS && now() - since >= leastMs
  }

  /** Before the first accepted block a node whose times are all wrong would prove itself: then only a small lead is proven. */
  async function isProven(block: Block): Promise<boolean> {
    if (!timestampOf || (!last && aheadMsOf(block) > MOST_PROVEN_AHEAD_MS)) return false
    const headers = [block, ...(last ? [last] : [])]
    const times = await Promise.all(headers.map(({ number }) => timestampOf(number)))
    return headers.every(({ timestamp }, index) => timestamp === times[index])
  }
}

function timeError(block: Block, last: Block | null, aheadMs: number): ImplausibleReadingError {
  return new ImplausibleReadingError('The node answers with a block time that cannot be right.', {
    answered: textOf(block),
    'last reading': last ? textOf(last) : undefined,
    'ahead of this machine': aheadMs > 0 ? `${Math.round(aheadMs / 1_000)} s` : undefined,
    'behind this machine': aheadMs < 0 ? `${Math.round(-aheadMs / 1_000)} s` : undefined,
    do: 'check the clock of this machine, or use another node',
  })
}

const textOf = ({ number, timestamp }: Block): string => `block ${number} at ${timestamp}`

function numberError({ number }: Block, last: number): ImplausibleReadingError {
  return new ImplausibleReadingError('The node answers with a block number that cannot be right.', {
    answered: `block ${number}`,
    'last reading': `block ${last}`,
  })
}
