import type { Block } from '../../machines/position.types.ts'
import type { Mark, Storage } from './contracts/storage.ts'
import type { Waiting } from './pool.ts'

/** A block in which something happened; the empty ones between them are only counted. */
type Full = Block & { mark: Mark; included: readonly Waiting[] }

/** How many full blocks back the chain can be read or reorganised. */
const KEPT = 256

/** A chain's blocks: as many as time passes, at the price of those that hold anything. */
export function createBlocks(storage: Storage, first: Block, blockTime: number) {
  let head = first
  let full: Full[] = []
  /** The last block that is never taken back. */
  let final = first.number

  return {
    head: () => head,
    /** All blocks so far stay as they are. */
    makeFinal(): void {
      final = head.number
    },
    /** How many of the last blocks can be taken back, when so many are to be. */
    depthOf: (wanted: number): number => Math.min(wanted, head.number - final),
    /** Blocks without anything in them. */
    pass(count: number): void {
      head = { number: head.number + count, timestamp: head.timestamp + count * blockTime }
    },
    /** The next block, with what `include` puts into it. @returns whether that is anything */
    add(include: (block: Block) => readonly Waiting[]): boolean {
      const block = { number: head.number + 1, timestamp: head.timestamp + blockTime }
      const mark = storage.mark()
      const included = include(block)
      head = block
      if (included.length > 0) full.push({ ...block, mark, included })
      if (full.length > 2 * KEPT) forget()
      return included.length > 0
    },
    /** What `read` gives as of an earlier block. */
    at<T>(number: number, read: (block: Block) => T): T {
      if (number === head.number) return read(head)
      const block = { number, timestamp: head.timestamp - (head.number - number) * blockTime }
      const after = full.find((one) => one.number > number)
      return after ? storage.at(after.mark, () => read(block)) : read(block)
    },
    /** Empties the last blocks. @returns what was in them */
    takeBack(depth: number): Waiting[] {
      const gone = full.filter(({ number }) => number > head.number - depth)
      const [earliest] = gone
      if (!earliest) return []
      storage.revert(earliest.mark)
      full = full.slice(0, -gone.length)
      return gone.flatMap(({ included }) => included)
    },
  }

  /** What lies too far back is final. */
  function forget(): void {
    full = full.slice(-KEPT)
    const [oldest] = full
    if (!oldest) return
    storage.forget(oldest.mark)
    final = Math.max(final, oldest.number - 1)
  }
}
