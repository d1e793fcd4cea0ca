import type { Block } from '../../machines/position.types.ts'

/** The block time before two blocks are known. */
const DEFAULT_MS = 1_000
const MOST_GAPS = 16

export type BlockTime = { add(block: Block): void; ms(): number }

/** The median time between the latest blocks. A median ignores a halt of the chain. */
export function createBlockTime(): BlockTime {
  const gaps: number[] = []
  let last: Block | null = null
  return {
    add(block) {
      if (block.number <= (last?.number ?? -1)) return
      if (last) gaps.push((1_000 * (block.timestamp - last.timestamp)) / (block.number - last.number))
      if (gaps.length >= MOST_GAPS) gaps.shift()
      last = block
    },
    ms: () => gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? DEFAULT_MS,
  }
}
