import type { Block } from '../../machines/position.types.ts'
import type { Mark, Storage } from './contracts/storage.ts'
import { fakeHash } from './fakes.ts'
import type { Waiting } from './pool.ts'

/** A block with content; empty blocks are only counted. */
type Full = Block & { mark: Mark; included: readonly Waiting[] }

/** How many full blocks back the chain can be read or reorganised. */
const MOST_FULL = 256

export type Blocks = {
  head(): Block
  /** Makes all blocks so far final. */
  makeFinal(): void
  /** Limits the depth of a reorganisation to the blocks that are not final. */
  depthOf(wanted: number): number
  /** Adds empty blocks. */
  pass(count: number): void
  /** Adds a block with the content from `include`. @returns whether the block holds anything */
  add(include: (block: Block) => readonly Waiting[]): boolean
  /** Runs `read` on the state of an earlier block. */
  at<T>(number: number, read: (block: Block) => T): T
  /** A name of a block that changes when the block is replaced. */
  hashOf(number: number): string
  /** Empties the last blocks. @returns their content */
  takeBack(depth: number): Waiting[]
}

/** The blocks of a simulated chain. Only blocks with content cost memory. */
export function createBlocks(storage: Storage, first: Block, blockTime: number): Blocks {
  let head = first
  let full: Full[] = []
  /** The last block that no reorganisation takes back. */
  let final = first.number
  /** The first block that each reorganisation replaced. */
  const forks: number[] = []

  return {
    head: () => head,
    makeFinal() {
      final = head.number
    },
    depthOf: (wanted) => Math.min(wanted, head.number - final),
    pass(count) {
      head = { number: head.number + count, timestamp: head.timestamp + count * blockTime }
    },
    add(include) {
      const block = { number: head.number + 1, timestamp: head.timestamp + blockTime }
      const mark = storage.mark()
      const included = include(block)
      head = block
      if (included.length > 0) full.push({ ...block, mark, included })
      if (full.length > 2 * MOST_FULL) forget()
      return included.length > 0
    },
    at(number, read) {
      if (number === head.number) return read(head)
      const block = { number, timestamp: head.timestamp - (head.number - number) * blockTime }
      const after = full.find((one) => one.number > number)
      return after ? storage.at(after.mark, () => read(block)) : read(block)
    },
    hashOf: (number) => fakeHash(`block ${number}.${forks.filter((first) => first <= number).length}`),
    takeBack(depth) {
      if (depth > 0) forks.push(head.number - depth + 1)
      const gone = full.filter(({ number }) => number > head.number - depth)
      const [earliest] = gone
      if (!earliest) return []
      storage.revert(earliest.mark)
      full = full.slice(0, -gone.length)
      return gone.flatMap(({ included }) => included)
    },
  }

  /** Makes the oldest full blocks final and frees their memory. */
  function forget(): void {
    full = full.slice(-MOST_FULL)
    const [oldest] = full
    if (!oldest) return
    storage.forget(oldest.mark)
    final = Math.max(final, oldest.number - 1)
  }
}
