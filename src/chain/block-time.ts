import type { Block } from '../../machines/position.types.ts'

/** The block time before two blocks are known. */
const DEFAULT_MS = 1_000
const MOST_GAPS = 16
/** Two blocks further apart than this say nothing: one of their numbers is wrong, or the chain is another one. */
const MOST_BLOCKS = 1_000_000

export type BlockTime = { add(block: Block): void; ms(): number }

/** The median time between the latest blocks. A median ignores a halt of the chain. */
export function createBlockTime(): BlockTime {
  const gaps: number[] = []
  let last: Block | null = null
  let median = DEFAULT_MS
  return {
    add(block) {
      if (block.number === last?.number) return
      const blocks = last ? block.number - last.number : 0
      const seconds = last ? block.timestamp - last.timestamp : 0
      last = block
      if (blocks <= 0 || blocks > MOST_BLOCKS || seconds < 0) return
      gaps.push((1_000 * seconds) / blocks)
      if (gaps.length > MOST_GAPS) gaps.shift()
      median = gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? DEFAULT_MS
    },
    ms: () => median,
  }
}
