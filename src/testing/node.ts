import type { Block } from '../../machines/position.types.ts'
import type { Fees } from '../chain/port.ts'
import { ReadError } from '../base/errors.ts'
import { createBlocks } from './blocks.ts'
import {
  createContracts,
  type ContractsOptions,
  type ContractTransaction,
  type Execution,
} from './contracts/contracts.ts'
import type { ContractEvent } from './contracts/transaction.ts'
import { createStorage } from './contracts/storage.ts'
import { createEventLog } from './event-log.ts'
import { createFaults } from './faults.ts'
import { maxPriceOf } from './gas.ts'
import { createInclusion } from './inclusion.ts'
import { createPool, type Act, type Sent, type Waiting } from './pool.ts'

export type NodeOptions = {
  contracts: ContractsOptions
  first: Block
  /** Seconds. */
  blockTime: number
  random: () => number
}

export type Node = ReturnType<typeof createNode>

const GWEI = 10n ** 9n
const TIP = GWEI

/** A node: its pool, its blocks, and what it answers, faults included. */
export function createNode(options: NodeOptions) {
  const { first, blockTime, random } = options
  const storage = createStorage()
  const contracts = createContracts(options.contracts, { storage })
  const blocks = createBlocks(storage, first, blockTime)
  const pool = createPool()
  const faults = createFaults(random)
  const log = createEventLog()
  const listeners = new Set<(blockNumber: number) => void>()
  const watchers = new Set<(event: ContractEvent, block: Block) => void>()
  let baseFee = GWEI
  let automine = true
  const inclusion = createInclusion({ storage, contracts, baseFee: () => baseFee })

  return {
    contracts,
    addresses: options.contracts.addresses,
    blockTime,
    blocks,
    pool,
    faults,
    log,
    inclusion,
    head: blocks.head,
    onBlock(listener: (blockNumber: number) => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onEvent(watch: (event: ContractEvent, block: Block) => void): () => void {
      watchers.add(watch)
      return () => void watchers.delete(watch)
    },
    /** @throws ReadError where the node is to fail */
    answer(): void {
      if (faults.take('read') !== null)
        throw new ReadError('The chain could not be read.', { reason: 'the simulated node does not answer' })
    },
    fees: (): Fees => ({ maxFeePerGas: 2n * baseFee + TIP, maxPriorityFeePerGas: TIP }),
    setBaseFee(wei: bigint): void {
      baseFee = wei
    },
    setAutomine(on: boolean): void {
      automine = on
    },
    /** What a call would do as of the block that is looked at. */
    tried(transaction: ContractTransaction): Execution {
      const mark = storage.mark()
      const execution = contracts.execute(transaction)
      storage.revert(mark)
      return execution
    },
    /**
     * Takes a transaction into the pool, and mines it at once unless that is off.
     *
     * @throws Error with a node's words when it refuses
     */
    take(sent: Sent): void {
      if (faults.take('broadcast') !== null) throw new Error('the simulated node does not answer')
      if (faults.take('lost') !== null) return
      checkNew(sent)
      pool.add({ ...sent, notBefore: blocks.head().number + 1 + (faults.take('late') ?? 0) })
      if (automine) mine(1)
    },
    /** Takes what somebody else does into the next block, and mines it at once unless that is off. */
    act(act: Act): void {
      pool.add({ ...act, notBefore: 0 })
      if (automine) mine(1)
    },
    foresee,
    mine,
    /** So many blocks; the empty ones cost nothing. */
    pass(count: number): void {
      let left = count
      for (; left > 0 && pool.all().length > 0; left -= 1) if (!fill() && !isAnyLate()) break
      blocks.pass(left)
      if (count > 0) announce()
    },
    /** The last blocks are others now, but for those that are final. What was in them waits again, or is forgotten. */
    reorganise(wanted: number, { forget = false }: { forget?: boolean } = {}): void {
      const depth = blocks.depthOf(wanted)
      log.cut(blocks.head().number - depth)
      const back = blocks.takeBack(depth)
      if (!forget) pool.putBack(back)
      announce()
    },
  }

  function mine(count: number): void {
    for (let at = 0; at < count; at += 1) fill()
    announce()
  }

  /** One block. @returns whether anything is in it */
  function fill(): boolean {
    let told: readonly ContractEvent[] = []
    const isFull = blocks.add((block) => {
      const { included, events } = inclusion.include(pool.all(), block)
      log.add(block, events)
      pool.remove(included)
      told = events
      return included
    })
    // The block stands: whoever watches may act on it at once, or fail.
    const block = blocks.head()
    for (const watch of watchers) for (const event of told) watch(event, block)
    return isFull
  }

  /** What an act would tell in the next block, after what waits for that already. */
  function foresee(run: Act['run']): readonly ContractEvent[] {
    const { number, timestamp } = blocks.head()
    let told: readonly ContractEvent[] = []
    const act: Waiting = { kind: 'act', hash: '', notBefore: 0, run: (block) => (told = run(block)) }
    const mark = storage.mark()
    try {
      inclusion.include([...pool.all(), act], { number: number + 1, timestamp: timestamp + blockTime })
    } finally {
      storage.revert(mark)
    }
    return told
  }

  function isAnyLate(): boolean {
    return pool.all().some(({ notBefore }) => notBefore > blocks.head().number)
  }

  function announce(): void {
    const { number } = blocks.head()
    for (const listener of listeners) listener(number)
  }

  function checkNew({ hash, transaction }: Sent): void {
    const { from, nonce, fees } = transaction
    if (pool.has(hash)) throw new Error('already known')
    if (nonce < inclusion.spent(from)) throw new Error('nonce too low')
    if (!inclusion.affords(transaction)) throw new Error('insufficient funds for gas * price + value')
    const other = pool.at(from, nonce)
    if (other && maxPriceOf(fees) * 10n < maxPriceOf(other.transaction.fees) * 11n)
      throw new Error('replacement transaction underpriced')
  }
}
