import type { Clock } from '../base/clock.ts'

/** Blocks on top of a block after which a reorganisation, or a node that lags, is taken to have no other in its place. */
export const FINALITY_DEPTH = 12

/** A receipt in a block this deep is old: the node may not have its block any more. */
export const OLD_DEPTH = 10 * FINALITY_DEPTH

/** Where a node shows something: `block` names its block, such as its hash; `depth` is the number of blocks on top of that one. */
export type Place = { block: string; depth: number }

/**
 * The rule of finality: what is in a block is final where that is deep enough, and the chain had the time to mine so many blocks since it was
 * first seen there. The depth is the word of a node, and one that names a head far too high for some seconds must not make anything final.
 */
export type Finality = {
  /** Asked at each look. Seen in another block than at the last look, its time begins anew. */
  isFinal(one: object, place: Place): boolean
}

export function createFinality({ clock, blockTimeMs }: { clock: Clock; blockTimeMs: () => number }): Finality {
  const seen = new WeakMap<object, { block: string; at: number }>()

  return {
    isFinal(one, { block, depth }) {
      const now = (clock.elapsed ?? clock.now)()
      const before = seen.get(one)
      if (before?.block === block) return depth >= FINALITY_DEPTH && now - before.at >= FINALITY_DEPTH * blockTimeMs()
      seen.set(one, { block, at: now })
      return false
    },
  }
}
