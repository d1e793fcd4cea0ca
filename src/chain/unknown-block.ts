import { systemClock } from '../base/clock.ts'
import { messagesOf } from './cause.ts'

/** The messages of nodes for a block that they do not have yet. */
const UNKNOWN =
  /header not found|header for hash not found|unknown block|block (?:\S+ )?(?:was )?not found|could not find block|block ?out ?of ?range|height \S+ must be less|future (?:block|height)|block height is \d+ but requested|unfinalized|invalid block number/i

/** Whether a node does not have the block of a query: behind one URL some nodes lag behind others. */
export function isUnknownBlock(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  return [...messagesOf(error), ...messagesOf(cause)].some((message) => UNKNOWN.test(message))
}

/** A node that lags gets this many blocks' time to catch up. */
const BLOCKS_TO_WAIT = 6
const SHORTEST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 10_000

/** Repeats a query at a block until the node has that block, for a few blocks' time. */
export async function untilBlockKnown<T>(query: () => Promise<T>, blockTimeMs: () => number): Promise<T> {
  const endsAt =
    systemClock.elapsed() + Math.min(Math.max(BLOCKS_TO_WAIT * blockTimeMs(), SHORTEST_WAIT_MS), LONGEST_WAIT_MS)
  for (;;) {
    try {
      return await query()
    } catch (error) {
      if (!isUnknownBlock(error) || systemClock.elapsed() >= endsAt) throw error
      await new Promise<void>((resolve) => void systemClock.after(Math.max(blockTimeMs() / 2, 100), resolve))
    }
  }
}
