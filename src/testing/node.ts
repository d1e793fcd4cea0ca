import type { Block } from '../../machines/position.types.ts'
import type { Fees } from '../chain/port.ts'
import { ReadError } from '../base/errors.ts'
import { createBlocks, type Blocks } from './blocks.ts'
import {
  createContracts,
  type Contracts,
  type ContractsOptions,
  type ContractTransaction,
  type Execution,
} from './contracts/contracts.ts'
import { createStorage } from './contracts/storage.ts'
import { createEventLog, type EventLog } from './event-log.ts'
import { createFaults, type Faults } from './faults.ts'
import { maxPriceOf } from './gas.ts'
import { createInclusion, type Inclusion } from './inclusion.ts'
import { createMiner, type Miner } from './miner.ts'
import { createPool, type Act, type Pool, type Sent } from './pool.ts'

export type NodeOptions = {
  contracts: ContractsOptions
  first: Block
  /** Seconds. */
  blockTime: number
  random: () => number
}

export type Node = Miner & {
  contracts: Contracts
  addresses: ContractsOptions['addresses']
  blockTime: number
  blocks: Blocks
  pool: Pool
  faults: Faults
  log: EventLog
  inclusion: Inclusion
  head(): Block
  /** Counts as one answer of the node. @throws ReadError where a `read` fault is due */
  answer(): void
  fees(): Fees
  /** What a transaction with these fees pays for gas, in wei. */
  gasPrice(): bigint
  setBaseFee(wei: bigint): void
  setAutomine(on: boolean): void
  /** Runs a transaction on the current state and reverts it. */
  simulate(transaction: ContractTransaction): Execution
  /**
   * Takes a transaction into the pool, and mines it at once with automine.
   *
   * @throws Error with a node's message for a transaction that it refuses
   */
  submit(sent: Sent): void
  /** Takes an act into the next block, and mines it at once with automine. */
  perform(run: Act['run']): void
}

const GWEI = 10n ** 9n
const TIP = GWEI

/** A simulated node: pool, blocks and answers, with faults on request. */
export function createNode({ first, blockTime, random, ...options }: NodeOptions): Node {
  const storage = createStorage()
  const contracts = createContracts(options.contracts, { storage })
  const blocks = createBlocks(storage, first, blockTime)
  const pool = createPool()
  const faults = createFaults(random)
  const log = createEventLog()
  let baseFee = GWEI
  let automine = true
  let acts = 0
  const inclusion = createInclusion({ storage, contracts, baseFee: () => baseFee })
  const miner = createMiner({ storage, blocks, pool, log, inclusion, blockTime })

  return {
    ...miner,
    contracts,
    addresses: options.contracts.addresses,
    blockTime,
    blocks,
    pool,
    faults,
    log,
    inclusion,
    head: blocks.head,
    answer() {
      if (faults.take('read') !== null)
        throw new ReadError('The chain could not be read.', { reason: 'the simulated node does not answer' })
    },
    fees: () => ({ maxFeePerGas: 2n * baseFee + TIP, maxPriorityFeePerGas: TIP }),
    gasPrice: () => baseFee + TIP,
    setBaseFee(wei) {
      baseFee = wei
    },
    setAutomine(on) {
      automine = on
    },
    simulate(transaction) {
      const mark = storage.mark()
      const execution = contracts.execute(transaction)
      storage.revert(mark)
      return execution
    },
    submit(sent) {
      if (faults.take('broadcast') !== null) throw new Error('the simulated node does not answer')
      if (faults.take('lost') !== null) return
      checkAcceptable(sent)
      pool.add({ ...sent, notBefore: blocks.head().number + 1 + (faults.take('late') ?? 0) })
      if (automine) miner.mine(1)
    },
    perform(run) {
      acts += 1
      pool.add({ kind: 'act', hash: `act ${acts}`, run, notBefore: 0 })
      if (automine) miner.mine(1)
    },
  }

  function checkAcceptable({ hash, transaction }: Sent): void {
    const { from, nonce, fees } = transaction
    if (pool.has(hash)) throw new Error('already known')
    if (nonce < inclusion.spent(from)) throw new Error('nonce too low')
    if (!inclusion.affords(transaction)) throw new Error('insufficient funds for gas * price + value')
    const other = pool.at(from, nonce)
    if (other && maxPriceOf(fees) * 10n < maxPriceOf(other.transaction.fees) * 11n)
      throw new Error('replacement transaction underpriced')
  }
}
