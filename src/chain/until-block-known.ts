import { systemClock } from '../base/clock.ts'
import { isUnknownBlock } from './unknown-block.ts'

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
