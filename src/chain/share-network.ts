import { createCachedQuestion } from '../base/cached-question.ts'
import { steadyClock, type Clock } from '../base/clock.ts'
import { createCombinedBatch } from './combined-batch.ts'
import { createDigests } from './digests.ts'
import { combineLogs } from './combined-logs.ts'
import { createLastAnswers, type LastAnswers } from './last-answers.ts'
import type { NetworkConnection } from './network-connection.ts'
import type { BlockHeader, Rpc } from './rpc.types.ts'
import { createSettlements } from './settlements.ts'

const FEES_GOOD_FOR_MS = 1_000
const RULES_GOOD_FOR_MS = 60_000
/** The newest old blocks that were asked for: wallets ask for the same ones. */
const MOST_BLOCKS = 100

/** A connection that many wallets share. */
export type SharedNetwork = NetworkConnection & {
  /** What was answered last about a wallet; null where the node does not run code without an address. */
  lastAnswersOf: ((wallet: string) => LastAnswers) | null
}

/**
 * The same connection for many wallets: what several of them ask at once is asked once, in as few requests as the node takes. Without
 * Multicall3 positions are read one by one.
 */
export function shareNetwork(connection: NetworkConnection, wall: Clock): SharedNetwork {
  // What is good for a second must not be good for an hour where the clock of the machine is set back.
  const clock = steadyClock(wall)
  const { multicall, addresses, views, provesBlock, blockTime, feeOracle } = connection
  const plain = connection.rpc
  const rpc: Rpc = { ...plain, logs: combineLogs(plain, clock), block: sharedBlocks(plain) }
  const digests = multicall && provesBlock ? createDigests({ rpc: plain, views, onBlock: blockTime.add, clock }) : null
  const fees = createCachedQuestion({ query: feeOracle.fees, goodForMs: () => FEES_GOOD_FOR_MS, clock })
  const rules = createCachedQuestion({ query: connection.readRules, goodForMs: () => RULES_GOOD_FOR_MS, clock })
  return {
    ...connection,
    rpc,
    ...(multicall && { batch: createCombinedBatch({ rpc: plain, multicall, clock }) }),
    lastAnswersOf: digests && ((wallet) => createLastAnswers({ digests, wallet })),
    feeOracle: { ...feeOracle, fees: () => fees.ask() },
    readRules: () => rules.ask(),
    readSettlements: createSettlements({ rpc, addresses, blockTimeMs: blockTime.ms }),
  }
}

/** Headers by number, each asked for once at a time. The latest block is asked for anew. */
function sharedBlocks({ block }: Pick<Rpc, 'block'>): Rpc['block'] {
  const pending = new Map<number, Promise<BlockHeader | null>>()
  return (blockTag) => {
    if (blockTag === 'latest') return block(blockTag)
    const known = pending.get(blockTag)
    if (known) return known
    const asked = block(blockTag).finally(() => pending.delete(blockTag))
    if (pending.size < MOST_BLOCKS) pending.set(blockTag, asked)
    return asked
  }
}
