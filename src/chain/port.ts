import type { BroadcastAnswer } from './broadcast-answer.ts'
import type { Block, Position, ServiceType, Settlements } from '../../machines/position.types.ts'

export type ContractName = 'ledger' | 'inference' | 'fineTuning'

export type WriteMethod =
  | 'addLedger'
  | 'depositFund'
  | 'depositFundFor'
  | 'transferFund'
  | 'retrieveFund'
  | 'refund'
  | 'deleteLedger'
  | 'updateAdditionalInfo'
  | 'acknowledgeTEESigner'
  | 'revokeToken'
  | 'revokeTokens'
  | 'revokeAllTokens'
  | 'fillNonce'

/** A contract call that is not yet a transaction. Amounts in wei. */
export type Call = {
  /** `wallet` is the wallet itself: a transfer of nothing that closes a gap between its nonces. */
  contract: ContractName | 'wallet'
  method: WriteMethod
  args: readonly (string | bigint | boolean | readonly string[] | readonly bigint[])[]
  value?: bigint
}

/** Limits and names of the deployment, read once per broker. Amounts in wei; null where the contract has no such limit. */
export type Rules = {
  minLedgerBalance: bigint | null
  minTransfer: bigint | null
  maxProvidersPerBatch: number
  maxSubAccounts: number | null
  maxInfoBytes: number | null
  /** The registered names of the services, such as `inference-v1.0`. */
  serviceNames: Readonly<Partial<Record<ServiceType, string>>>
  /** Lock time of refunds in seconds, at connecting; each position uses the value of its own block. */
  lockTimes: Readonly<Partial<Record<ServiceType, number>>>
}

export type LedgerEntry = { user: string; available: bigint; total: bigint; locked: bigint; additionalInfo: string }

/** Gas fees of a transaction in wei: EIP-1559 where the chain has it. */
export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | { gasPrice: bigint }

export type SignedTransaction = { raw: string; hash: string }

export type MinedTransaction = {
  transactionHash: string
  blockNumber: number
  /** The node's hash of the block, as of the first look; left out where the node gives blocks no hash. */
  blockHash?: string
  gasUsed: bigint
  /** What a unit of gas cost, in wei; left out where the node does not say. */
  gasPrice?: bigint
  /** 1 for success, 0 for a revert. */
  status: 0 | 1
}

/** Reads a wallet's position. */
export interface ChainReader {
  readonly chainId: bigint
  /** The wallet's address, checksummed. */
  readonly wallet: string
  readonly rules: Rules
  /** Reads everything at one block. Rejects with ReadError or StaleReadingError; never guesses. */
  readPosition(): Promise<Position>
  /**
   * Asks whether the position is still what the last reading showed, where that is likely; null where it is to be read. Null, and the
   * promise of it, too: then it must be read. Left out where each reading takes all of it.
   */
  look?: (() => Promise<Position | null> | null) | null
  listLedgers(offset: number, limit: number): Promise<{ ledgers: LedgerEntry[]; total: number }>
  /**
   * Reads from the logs what providers charged this wallet in the seconds before a block, as far back as the node has
   * logs and one answer reaches: `sinceBlock` says how far. Rejects with ReadError where it has none.
   */
  readSettlements(until: Block, seconds: number): Promise<Settlements>
  /** Timestamp of a block in seconds; null where the node does not have the block. */
  timestampOf(blockNumber: number): Promise<number | null>
  /** Gas fees for a transaction now. */
  fees(): Promise<Fees>
  /** Milliseconds between blocks, estimated. */
  blockTimeMs(): number
  /** Subscribes to new blocks, and to the end of the socket; null for a provider that would have to poll. */
  onBlock: ((listener: () => void) => () => void) | null
  /** Whether a socket announces blocks now; null for a provider that would have to poll. */
  socket: (() => 'open' | 'closed') | null
}

/** Sends a wallet's transactions. `sign` is null for wallets that sign only while they send. */
export interface TransactionPort {
  /** @throws WrongChainError where the wallet was switched to another chain */
  checkChain(): Promise<void>
  estimateGas(call: Call): Promise<bigint>
  fees(): Promise<Fees>
  /** The wallet's nonce count at a block; `pending` includes the node's pool. */
  transactionCount(tag: 'latest' | 'pending' | number): Promise<number>
  sign: ((call: Call, options: SendOptions) => Promise<SignedTransaction>) | null
  send(call: Call, options: SendOptions): Promise<string>
  /** Broadcasts signed bytes and grades the node's answer; without one the grade is `unknown`. */
  broadcast(raw: string): Promise<BroadcastAnswer>
  mined(transactionHash: string): Promise<MinedTransaction | null>
  /** Whether the node has a transaction, mined or in its pool. */
  knows(transactionHash: string): Promise<boolean>
  /** The wallet's balance at the latest block, in wei. */
  balance(): Promise<bigint>
  /** The wallet's nonces in the node's pool; null where the node does not show its pool. */
  pooledNonces(): Promise<readonly number[] | null>
  /** Number of the latest block. */
  head(): Promise<number>
  /**
   * What spent a nonce; null where it is not spent, 'not-kept' where the node does not keep the blocks that show by what.
   *
   * @throws ReadError where the node does not answer, which proves nothing
   */
  spender(nonce: number): Promise<NonceSpender | 'not-kept' | null>
  /** Timestamp of a block in seconds; null where the node does not have the block. */
  timestampOf(blockNumber: number): Promise<number | null>
  /** Hash of a block, which a reorganisation changes; null where the node does not have the block. */
  blockHash(blockNumber: number): Promise<string | null>
  /** Whether a mined transaction makes this call. */
  isCall(spender: Spender, call: Call): boolean
  /** Repeats a call at a block and returns its error; null when it succeeds. */
  replay(call: Call, blockNumber: number): Promise<Error | null>
}

/** The block that spent a nonce, and how many blocks are after it. */
type SpentIn = { blockNumber: number; depth: number }

/** The mined transaction that spent a nonce, and its content. */
export type Spender = SpentIn & { transactionHash: string; to: string | null; data: string; value: bigint }

/** Or the block has no such transaction: an EIP-7702 authorization in another account's transaction spends the nonce of its key. */
export type NonceSpender = Spender | (SpentIn & { transactionHash: null })

export type SendOptions = { nonce: number; gasLimit: bigint; fees: Fees }

/** One wallet's connection to its chain. `transactions` is null for a read-only broker. */
export interface Chain extends ChainReader {
  readonly transactions: TransactionPort | null
}
