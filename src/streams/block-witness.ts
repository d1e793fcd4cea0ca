import type { Block } from '../../machines/position.types.ts'
import type { KnownBlock } from '../base/known-block.ts'

/** Timestamp of a block in seconds; null where the node does not have the block. */
export type TimestampOf = (blockNumber: number) => Promise<number | null>

/** What the headers of a node say about the time of a block beside that of a known one. */
export type BlockProof =
  /** Both headers have these times, and their order is that of the blocks. */
  | 'proven'
  /** The known block has its time, and the later one would be before it. */
  | 'impossible'
  /** A header has another time: the node was wrong about the known block, or is wrong now. */
  | 'denied'
  /** The node does not have one of the headers. */
  | 'unknown'

export async function blockProof(
  block: Block,
  known: KnownBlock | null,
  timestampOf: TimestampOf,
): Promise<BlockProof> {
  const number = known?.number ?? null
  const [own, other] = await Promise.all([timestampOf(block.number), number === null ? undefined : timestampOf(number)])
  if (own === null || other === null) return 'unknown'
  if (own !== block.timestamp || (other !== undefined && other !== known?.timestamp)) return 'denied'
  const isInOrder = known === null || block.number < (number ?? 0) || block.timestamp >= known.timestamp
  return isInOrder ? 'proven' : 'impossible'
}
