/**
 * Signers and providers of ethers 6 by their methods. ethers ships its classes once for `import` and once for `require`, and
 * TypeScript keeps the two apart by their private fields: by methods alone a program of either kind can pass its own.
 */

/** An ethers 6 signer, such as a `Wallet`; `provider` is null for one that is not connected. */
export type EthersSigner = {
  readonly provider: EthersProvider | null
  getAddress(): Promise<string>
  signTransaction(transaction: TransactionFields): Promise<string>
  signMessage(message: string | Uint8Array): Promise<string>
  sendTransaction(transaction: TransactionFields): Promise<{ readonly hash: string }>
}

/** An ethers 6 provider, such as a `JsonRpcProvider`. */
export type EthersProvider = {
  getNetwork(): Promise<{ readonly chainId: bigint }>
  getCode(address: string): Promise<string>
  getBlockNumber(): Promise<number>
  getBlock(block: number | string, prefetchTransactions?: boolean): Promise<EthersBlock | null>
  call(transaction: TransactionFields): Promise<string>
  getBalance(address: string, blockTag?: number | string): Promise<bigint>
  getTransactionCount(address: string, blockTag?: number | string): Promise<number>
  estimateGas(transaction: TransactionFields): Promise<bigint>
  broadcastTransaction(signed: string): Promise<unknown>
  getTransaction(hash: string): Promise<object | null>
  getTransactionReceipt(hash: string): Promise<EthersReceipt | null>
  getFeeData(): Promise<{ readonly gasPrice: bigint | null; readonly maxPriorityFeePerGas: bigint | null }>
  getLogs(filter: LogFilter): Promise<readonly EthersLog[]>
  on(event: 'block', listener: () => void): Promise<unknown>
  off(event: 'block', listener: () => void): Promise<unknown>
}

export type TransactionFields = {
  to?: string
  from?: string
  data?: string
  value?: bigint
  chainId?: bigint
  nonce?: number
  gasLimit?: bigint
  type?: number
  gasPrice?: bigint
  maxFeePerGas?: bigint
  maxPriorityFeePerGas?: bigint
  blockTag?: number | string
}

type EthersBlock = {
  readonly number: number
  readonly timestamp: number
  readonly prefetchedTransactions: readonly {
    readonly hash: string
    readonly from: string
    readonly nonce: number
    readonly to: string | null
    readonly data: string
    readonly value: bigint
  }[]
}

type EthersReceipt = {
  readonly hash: string
  readonly blockNumber: number
  readonly blockHash: string
  readonly gasUsed: bigint
  readonly gasPrice: bigint
  readonly status: number | null
  readonly logs: readonly object[]
}

type EthersLog = {
  readonly address: string
  readonly topics: readonly string[]
  readonly data: string
  readonly blockNumber: number
  readonly transactionHash: string
}

type LogFilter = {
  address: string[]
  topics: (string | string[] | null)[]
  fromBlock: number | string
  toBlock: number | string
}
