import { messagesOf } from './cause.ts'

/** The messages of nodes for a state that they keep no more: geth, reth, Erigon, Besu, Nethermind, and Cosmos chains with an EVM. */
const MISSING =
  /missing trie node|state (?:\S+ )*(?:is )?(?:not|un)\s?available|no state available|is pruned|has been pruned|pruned (?:state|history|block)|failed to load state at height|version (?:\S+ )?(?:does not exist|mismatch)|ancient block/i

/** Whether a node does not keep blocks as old as those that a query is about: asked again, it answers the same. */
export function isMissingHistory(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  return [...messagesOf(error), ...messagesOf(cause)].some((message) => MISSING.test(message))
}
