import type { Block } from '../../machines/position.types.ts'

/** Until two blocks were seen. */
const ASSUMED_MS = 1_000
const KEPT = 16

/** How far apart blocks are, from those seen of late. */
export function createBlockTime(): { see(block: Block): void; ms(): number } {
  const seen: Block[] = []
  return {
    see(block) {
      if (block.number <= (seen.at(-1)?.number ?? -1)) return
      seen.push(block)
      if (seen.length > KEPT) seen.shift()
    },
    ms() {
      const [first, last] = [seen[0], seen.at(-1)]
      if (!first || !last || first === last) return ASSUMED_MS
      return (1_000 * (last.timestamp - first.timestamp)) / (last.number - first.number)
    },
  }
}
