import type { Provider, TransactionRequest } from 'ethers'
import type { Fees, MinedTransaction } from './port.ts'
import { ReadError } from '../base/errors.ts'
import { withTimeout } from '../base/timeout.ts'

export type BlockTag = number | 'latest'

/** ethers itself waits 300 s for a node that does not answer, and for a broken socket without an end. */
export const ANSWER_TIMEOUT_MS = 20_000

/** What does not answer one question must not keep the others from being asked. */
export const soon = <T>(ask: () => Promise<T>): Promise<T> => withTimeout(ANSWER_TIMEOUT_MS, ask)

/** What is asked of a node again and again. Rejects with whatever the provider rejects with. */
export type Rpc = {
  call(request: { to?: string; data: string; from?: string; value?: bigint }, blockTag: BlockTag): Promise<string>
  balance(address: string, blockTag: BlockTag): Promise<bigint>
  transactionCount(address: string, blockTag: BlockTag | 'pending'): Promise<number>
  estimateGas(request: { to: string; data: string; from: string; value: bigint }): Promise<bigint>
  broadcast(raw: string): Promise<void>
  receipt(transactionHash: string): Promise<MinedTransaction | null>
  fees(): Promise<Fees>
  logs(filter: LogFilter): Promise<Log[]>
}

export type LogFilter = {
  address: readonly string[]
  topics: readonly (readonly string[])[]
  fromBlock: number
  toBlock: number
}

/** In the order of the chain. `timestamp` in seconds, where the node says it. */
export type Log = {
  address: string
  topics: readonly string[]
  data: string
  blockNumber: number
  transactionHash: string
  timestamp: number | null
}

/**
 * A provider's own JSON-RPC where it has one. ethers' methods keep each answer for 250 ms, with a timer that keeps the
 * process alive, and ask for the chain's id beside every call; other providers are used as they are.
 */
export function rpcOf(provider: Provider): Rpc {
  return canSend(provider) ? direct(provider) : typed(provider)
}

type Sender = { send(method: string, params: readonly unknown[]): Promise<unknown> }
type RawLog = Omit<Log, 'blockNumber' | 'timestamp'> & { blockNumber: string; blockTimestamp?: string }
type RawReceipt = { transactionHash: string; blockNumber: string | null; gasUsed: string; status?: string }

function direct(node: Sender): Rpc {
  const text = async (method: string, ...params: unknown[]) => (await node.send(method, params)) as string
  const number = async (method: string, ...params: unknown[]) => BigInt(await text(method, ...params))
  return {
    call: ({ value, ...request }, blockTag) =>
      text('eth_call', { ...request, ...(value !== undefined && { value: quantity(value) }) }, tagOf(blockTag)),
    balance: (address, blockTag) => number('eth_getBalance', address, tagOf(blockTag)),
    transactionCount: async (address, blockTag) =>
      Number(await number('eth_getTransactionCount', address, tagOf(blockTag))),
    estimateGas: ({ value, ...request }) => number('eth_estimateGas', { ...request, value: quantity(value) }),
    async broadcast(raw) {
      await node.send('eth_sendRawTransaction', [raw])
    },
    async receipt(transactionHash) {
      const receipt = (await node.send('eth_getTransactionReceipt', [transactionHash])) as RawReceipt | null
      if (!receipt) return null
      const { blockNumber, gasUsed, status } = receipt
      // Some nodes give a receipt for what still waits.
      if (blockNumber === null) return null
      return minedOf({
        transactionHash,
        blockNumber: Number(blockNumber),
        gasUsed: BigInt(gasUsed),
        status: Number(status ?? 1),
      })
    },
    async fees() {
      const block = (await node.send('eth_getBlockByNumber', ['latest', false])) as { baseFeePerGas?: string } | null
      if (block?.baseFeePerGas === undefined) return { gasPrice: await number('eth_gasPrice') }
      const maxPriorityFeePerGas = await number('eth_maxPriorityFeePerGas').catch(() => USUAL_PRIORITY_FEE)
      return { maxFeePerGas: 2n * BigInt(block.baseFeePerGas) + maxPriorityFeePerGas, maxPriorityFeePerGas }
    },
    async logs({ fromBlock, toBlock, ...filter }) {
      const range = { fromBlock: tagOf(fromBlock), toBlock: tagOf(toBlock) }
      const logs = (await node.send('eth_getLogs', [{ ...filter, ...range }])) as RawLog[]
      return logs.map(({ address, topics, data, blockNumber, transactionHash, blockTimestamp }) => ({
        address,
        topics,
        data,
        blockNumber: Number(blockNumber),
        transactionHash,
        timestamp: blockTimestamp === undefined ? null : Number(blockTimestamp),
      }))
    },
  }
}

function typed(provider: Provider): Rpc {
  return {
    call: (request, blockTag) => provider.call({ ...request, blockTag }),
    balance: (address, blockTag) => provider.getBalance(address, blockTag),
    transactionCount: (address, blockTag) => provider.getTransactionCount(address, blockTag),
    estimateGas: (request) => provider.estimateGas(request satisfies TransactionRequest),
    async broadcast(raw) {
      await provider.broadcastTransaction(raw)
    },
    async receipt(transactionHash) {
      const receipt = await provider.getTransactionReceipt(transactionHash)
      if (!receipt) return null
      const { blockNumber, gasUsed, status } = receipt
      // Some nodes give a receipt for what still waits.
      if (blockNumber === null) return null
      return minedOf({ transactionHash, blockNumber, gasUsed, status: status ?? 1 })
    },
    async fees() {
      const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData()
      if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) return { maxFeePerGas, maxPriorityFeePerGas }
      if (gasPrice !== null) return { gasPrice }
      throw new ReadError('The node names no gas price.', {})
    },
    async logs({ address, topics, ...range }) {
      const logs = await provider.getLogs({ ...range, address: [...address], topics: topics.map((one) => [...one]) })
      return logs.map((log) => ({
        address: log.address,
        topics: log.topics,
        data: log.data,
        blockNumber: log.blockNumber,
        transactionHash: log.transactionHash,
        timestamp: null,
      }))
    },
  }
}

/** Where a node does not suggest one: as ethers does. */
const USUAL_PRIORITY_FEE = 10n ** 9n

function minedOf({
  transactionHash,
  blockNumber,
  gasUsed,
  status,
}: Omit<MinedTransaction, 'status'> & { status: number }): MinedTransaction {
  return { transactionHash, blockNumber, gasUsed, status: status === 0 ? 0 : 1 }
}

function canSend(provider: object): provider is Sender {
  return 'send' in provider && typeof provider.send === 'function'
}

const tagOf = (blockTag: BlockTag | 'pending'): string =>
  typeof blockTag === 'number' ? quantity(BigInt(blockTag)) : blockTag

const quantity = (value: bigint): string => `0x${value.toString(16)}`
