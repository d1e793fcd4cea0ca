import type { FeeHistory } from './fees.ts'
import type { ReceiptFields } from './receipt.ts'
import type { SocketLink } from './socket-link.ts'

export type BlockTag = number | 'latest'

/** The queries that the library sends to a node. They reject with the provider's own errors. */
export type Rpc = {
  chainId(): Promise<bigint>
  code(address: string): Promise<string>
  /** Number of the latest block. */
  head(): Promise<number>
  /** Null where the node does not have the block, and where it answers with another one than the requested. */
  block(blockTag: BlockTag): Promise<BlockHeader | null>
  /** A block with its transactions, as the node gives it: `decodeTransactions` reads it. */
  fullBlock(blockNumber: number): Promise<unknown>
  call(request: { to?: string; data: string; from?: string; value?: bigint }, blockTag: BlockTag): Promise<string>
  balance(address: string, blockTag: BlockTag): Promise<bigint>
  transactionCount(address: string, blockTag: BlockTag | 'pending'): Promise<number>
  estimateGas(request: { to: string; data: string; from: string; value: bigint }): Promise<bigint>
  broadcast(raw: string): Promise<void>
  /** Whether the node has a transaction, mined or in its pool. */
  knows(transactionHash: string): Promise<boolean>
  /** The node's pool as far as an address is concerned; all of it for null: `pooledNoncesOf` reads it. Null where there is no such query. */
  pool(address: string | null): Promise<unknown>
  /** A receipt as the node gives it: `decodeReceipt` reads it. */
  receipt(transactionHash: string): Promise<ReceiptFields | null>
  /** The node's gas price of legacy transactions; null where it has none. */
  gasPrice(): Promise<bigint | null>
  /** The node's suggestion for the tip; null where it has none. */
  suggestedTip(): Promise<bigint | null>
  /** Fees of the last blocks; null where the node has no such query. */
  feeHistory(blocks: number): Promise<FeeHistory | null>
  logs(filter: LogFilter): Promise<Log[]>
}

/** A block's header; times in seconds, fees in wei. */
export type BlockHeader = {
  number: number
  timestamp: number
  hash: string | null
  /** Null on a chain without EIP-1559, and where the node does not give it. */
  baseFee: bigint | null
  /** The hashes of its transactions. */
  transactions: readonly string[]
}

export type LogFilter = {
  address: readonly string[]
  topics: readonly (readonly string[])[]
  fromBlock: number
  toBlock: number
}

/** A log, in the order of the chain. `timestamp` in seconds; null where the node does not give it. */
export type Log = {
  address: string
  topics: readonly string[]
  data: string
  blockNumber: number
  transactionHash: string
  timestamp: number | null
}

/**
 * Sends a request within the limits of a provider.
 *
 * @param instead how to ask once the provider's socket has closed
 */
export type Limited = <T>(
  method: string,
  request: () => Promise<T>,
  instead?: (link: SocketLink) => Promise<T>,
) => Promise<T>
