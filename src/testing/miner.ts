import type { Block } from '../../machines/position.types.ts'
import type { Blocks } from './blocks.ts'
import type { ContractEvent } from './contracts/transaction.ts'
import type { Storage } from './contracts/storage.ts'
import type { EventLog } from './event-log.ts'
import type { Inclusion } from './inclusion.ts'
import type { Act, Pool, Waiting } from './pool.ts'

export type MinerOptions = {
  storage: Storage
  blocks: Blocks
  pool: Pool
  log: EventLog
  inclusion: Inclusion
  /** Seconds. */
  blockTime: number
}

export type Miner = {
  /** Subscribes to each new latest block. @returns the unsubscribe function */
  onBlock(listener: (blockNumber: number) => void): () => void
  /** Subscribes to each event of the contracts. @returns the unsubscribe function */
  onEvent(listener: (event: ContractEvent, block: Block) => void): () => void
  /** Mines blocks, with the pool in the first. */
  mine(count: number): void
  /** Lets blocks pass. Empty blocks cost nothing: they are only counted. */
  pass(count: number): void
  /** Returns the events that an act would cause in the next block, after everything that waits in the pool. */
  preview(run: Act['run']): readonly ContractEvent[]
  /** Replaces the last blocks, except final ones, by empty ones. Their content returns to the pool, unless `forget`. */
  reorganise(wanted: number, options?: { forget?: boolean }): void
}

/** Makes blocks out of the pool, and takes them back. */
export function createMiner({ storage, blocks, pool, log, inclusion, blockTime }: MinerOptions): Miner {
  const blockListeners = new Set<(blockNumber: number) => void>()
  const eventListeners = new Set<(event: ContractEvent, block: Block) => void>()

  return {
    onBlock: (listener) => subscribe(blockListeners, listener),
    onEvent: (listener) => subscribe(eventListeners, listener),
    mine(count) {
      for (let at = 0; at < count; at += 1) mineBlock()
      announce()
    },
    pass(count) {
      let left = count
      for (; left > 0 && pool.all().length > 0; left -= 1) if (!mineBlock() && !isAnyLate()) break
      blocks.pass(left)
      if (count > 0) announce()
    },
    preview(run) {
      const { number, timestamp } = blocks.head()
      let events: readonly ContractEvent[] = []
      const act: Waiting = { kind: 'act', hash: '', notBefore: 0, run: (block) => (events = run(block)) }
      const mark = storage.mark()
      try {
        inclusion.include([...pool.all(), act], { number: number + 1, timestamp: timestamp + blockTime })
      } finally {
        storage.revert(mark)
      }
      return events
    },
    reorganise(wanted, { forget = false } = {}) {
      const depth = blocks.depthOf(wanted)
      log.cut(blocks.head().number - depth)
      const back = blocks.takeBack(depth)
      if (!forget) pool.putBack(back)
      announce()
    },
  }

  /** Mines one block. @returns whether it holds anything */
  function mineBlock(): boolean {
    let emitted: readonly ContractEvent[] = []
    const isFull = blocks.add((block) => {
      const { included, events } = inclusion.include(pool.all(), block)
      log.add(block, events)
      pool.remove(included)
      emitted = events
      return included
    })
    // The block is complete before the listeners run: a listener may act on it, or throw.
    const block = blocks.head()
    for (const listener of eventListeners) for (const event of emitted) listener(event, block)
    return isFull
  }

  function isAnyLate(): boolean {
    return pool.all().some(({ notBefore }) => notBefore > blocks.head().number)
  }

  function announce(): void {
    const { number } = blocks.head()
    for (const listener of blockListeners) listener(number)
  }
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
