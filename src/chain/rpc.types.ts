import type { Fees, MinedTransaction } from './port.ts'

export type BlockTag = number | 'latest'

/** The queries that the library sends to a node. They reject with the provider's own errors. */
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

/** A log, in the order of the chain. `timestamp` in seconds; null where the node does not give it. */
export type Log = {
  address: string
  topics: readonly string[]
  data: string
  blockNumber: number
  transactionHash: string
  timestamp: number | null
}
