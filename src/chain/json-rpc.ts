import { ReadError } from '../base/errors.ts'
import { decodeHeader } from './block.ts'
import { decodeFeeHistory } from './fee-history.ts'
import { countOf, quantityOf, toQuantity } from './quantity.ts'
import type { ReceiptFields } from './receipt.ts'
import type { BlockTag, Log, Rpc } from './rpc.types.ts'

export type JsonRpcSender = { send(method: string, params: readonly unknown[]): Promise<unknown> }
type RawLog = Omit<Log, 'blockNumber' | 'timestamp'> & { blockNumber: string; blockTimestamp?: string }

/** Queries a node by JSON-RPC. */
export function jsonRpc(node: JsonRpcSender): Rpc {
  const send = (method: string, ...params: unknown[]) => node.send(method, params)
  const text = async (method: string, ...params: unknown[]) => {
    const answer = await send(method, ...params)
    return typeof answer === 'string' ? answer : unreadable(method)
  }
  const number = async (method: string, ...params: unknown[]) =>
    quantityOf(await send(method, ...params)) ?? unreadable(method)
  const count = async (method: string, ...params: unknown[]) =>
    countOf(await send(method, ...params)) ?? unreadable(method)

  return {
    chainId: () => number('eth_chainId'),
    code: (address) => text('eth_getCode', address, 'latest'),
    head: () => count('eth_blockNumber'),
    block: async (blockTag) => decodeHeader(await send('eth_getBlockByNumber', tagOf(blockTag), false), blockTag),
    fullBlock: (blockNumber) => send('eth_getBlockByNumber', tagOf(blockNumber), true),
    call: ({ value, ...request }, blockTag) =>
      text('eth_call', { ...request, ...(value !== undefined && { value: toQuantity(value) }) }, tagOf(blockTag)),
    balance: (address, blockTag) => number('eth_getBalance', address, tagOf(blockTag)),
    transactionCount: (address, blockTag) => count('eth_getTransactionCount', address, tagOf(blockTag)),
    estimateGas: ({ value, ...request }) => number('eth_estimateGas', { ...request, value: toQuantity(value) }),
    async broadcast(raw) {
      await send('eth_sendRawTransaction', raw)
    },
    // Some nodes and gateways leave a result of null out.
    knows: async (transactionHash) => ((await send('eth_getTransactionByHash', transactionHash)) ?? null) !== null,
    pool: (address) => (address === null ? send('txpool_content') : send('txpool_contentFrom', address)),
    receipt: async (transactionHash) =>
      (await send('eth_getTransactionReceipt', transactionHash)) as ReceiptFields | null,
    gasPrice: async () => quantityOf(await send('eth_gasPrice')),
    suggestedTip: async () => quantityOf(await send('eth_maxPriorityFeePerGas')),
    feeHistory: async (blocks) =>
      decodeFeeHistory(await send('eth_feeHistory', toQuantity(blocks), 'latest', REWARD_PERCENTILES)),
    async logs({ fromBlock, toBlock, ...filter }) {
      const range = { fromBlock: tagOf(fromBlock), toBlock: tagOf(toBlock) }
      const logs = (await send('eth_getLogs', { ...filter, ...range })) as RawLog[]
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

/** A low, the median and a high tip of each block. */
const REWARD_PERCENTILES = [10, 50, 90]

export function isJsonRpc(provider: object): provider is JsonRpcSender {
  return 'send' in provider && typeof provider.send === 'function'
}

const tagOf = (blockTag: BlockTag | 'pending'): string =>
  typeof blockTag === 'number' ? toQuantity(blockTag) : blockTag

function unreadable(method: string): never {
  throw new ReadError('The answer of the node cannot be decoded.', { operation: method })
}
