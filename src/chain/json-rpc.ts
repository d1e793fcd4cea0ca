import { minedOf } from './receipt.ts'
import type { BlockTag, Log, Rpc } from './rpc.types.ts'

export type JsonRpcSender = { send(method: string, params: readonly unknown[]): Promise<unknown> }
type RawLog = Omit<Log, 'blockNumber' | 'timestamp'> & { blockNumber: string; blockTimestamp?: string }
type RawReceipt = { transactionHash: string; blockNumber: string | null; gasUsed: string; status?: string }

/** Queries a node by JSON-RPC. */
export function jsonRpc(node: JsonRpcSender): Rpc {
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
      // Some nodes give a receipt without a block for a pending transaction.
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

/** ethers' tip for a node that suggests none. */
const USUAL_PRIORITY_FEE = 10n ** 9n

export function isJsonRpc(provider: object): provider is JsonRpcSender {
  return 'send' in provider && typeof provider.send === 'function'
}

const tagOf = (blockTag: BlockTag | 'pending'): string =>
  typeof blockTag === 'number' ? quantity(BigInt(blockTag)) : blockTag

const quantity = (value: bigint): string => `0x${value.toString(16)}`
