import type { Clock } from '../base/clock.ts'
import { FINALITY_DEPTH } from '../base/finality.ts'

/**
 * Whether the chain had the time to mine a final depth of blocks since something was first seen in its block. How many blocks are above
 * it is the word of a node, and one that names a head far too high for some seconds must not make it final.
 *
 * @param block names its block, such as its hash: seen in another one, its time begins anew
 */
export type Maturity = (one: object, block: string) => boolean

export function createMaturity({ clock, blockTimeMs }: { clock: Clock; blockTimeMs: () => number }): Maturity {
  const seen = new WeakMap<object, { block: string; at: number }>()
  return (one, block) => {
    const now = (clock.elapsed ?? clock.now)()
    const before = seen.get(one)
    if (before?.block === block) return now - before.at >= FINALITY_DEPTH * blockTimeMs()
    seen.set(one, { block, at: now })
    return false
  }
}
