import { messagesOf } from './cause.ts'

/** The messages of nodes for a block that they do not have yet. */
const UNKNOWN =
  /header not found|header for hash not found|unknown block|block (?:\S+ )?(?:was )?not found|could not find block|block ?out ?of ?range|height \S+ must be less|future (?:block|height)|block height is \d+ but requested|unfinalized|invalid block number/i

/** Whether a node does not have the block of a query: behind one URL some nodes lag behind others. */
export function isUnknownBlock(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  return [...messagesOf(error), ...messagesOf(cause)].some((message) => UNKNOWN.test(message))
}
