import type { Block } from '../../machines/position.types.ts'

/** Until two blocks were seen. */
const ASSUMED_MS = 1_000
const KEPT = 16

/** How far apart blocks usually are, from those seen of late: a chain that stood still for an hour is not slow. */
export function createBlockTime(): { see(block: Block): void; ms(): number } {
  const gaps: number[] = []
  let last: Block | null = null
  return {
    see(block) {
      if (block.number <= (last?.number ?? -1)) return
      if (last) gaps.push((1_000 * (block.timestamp - last.timestamp)) / (block.number - last.number))
      if (gaps.length >= KEPT) gaps.shift()
      last = block
    },
    ms: () => gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? ASSUMED_MS,
  }
}
