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
  | 'revokeAllTokens'

/** A transaction before it is one: which function of which contract, with what. Amounts in wei. */
export type Call = {
  contract: ContractName
  method: WriteMethod
  args: readonly (string | bigint | boolean | readonly string[])[]
  value?: bigint
}

/** What the deployment says of itself; read once per broker. Amounts in wei, null where it knows no such limit. */
export type Rules = {
  minLedgerBalance: bigint | null
  minTransfer: bigint | null
  maxProvidersPerBatch: number
  maxSubAccounts: number | null
  maxInfoBytes: number | null
  /** Registered names, such as `inference-v1.0`, that the contracts expect. */
  serviceNames: Readonly<Partial<Record<ServiceType, string>>>
  /** Seconds that a refund is locked, at the time of reading; each position is read with the value of its own block. */
  lockTimes: Readonly<Partial<Record<ServiceType, number>>>
}

export type LedgerEntry = { user: string; available: bigint; total: bigint; locked: bigint; additionalInfo: string }

/** What a transaction pays for gas, in wei: EIP-1559 where the chain has it. */
export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | { gasPrice: bigint }

export type SignedTransaction = { raw: string; hash: string }

export type MinedTransaction = {
  transactionHash: string
  blockNumber: number
  gasUsed: bigint
  /** 1 when it did what it should, 0 when it reverted. */
  status: 0 | 1
}

/** Reading a wallet's position. */
export interface ChainReader {
  readonly chainId: bigint
  /** The wallet, in checksummed spelling. */
  readonly wallet: string
  readonly rules: Rules
  /** Everything at one block. Rejects with ReadError or StaleReadingError, never with a guess. */
  readPosition(): Promise<Position>
  listLedgers(offset: number, limit: number): Promise<{ ledgers: LedgerEntry[]; total: number }>
  /**
   * What this wallet's providers settled in the seconds up to a block, as far back as the node tells; from its logs.
   * Rejects with ReadError where it tells nothing.
   */
  readSettlements(until: Block, seconds: number): Promise<Settlements>
  /** What a transaction would pay for gas now. */
  fees(): Promise<Fees>
  /** Milliseconds between blocks, as far as it is known. */
  blockTimeMs(): number
  /** Calls back for each new block where the provider can say so by itself; null where it would have to poll. */
  onBlock: ((listener: (blockNumber: number) => void) => () => void) | null
}

/** Sending a wallet's transactions. `sign` is null for wallets that sign only by sending. */
export interface TransactionPort {
  estimateGas(call: Call): Promise<bigint>
  fees(): Promise<Fees>
  /** How many nonces the wallet has spent as of a block, or with what the node holds for the next one. */
  transactionCount(tag: 'latest' | 'pending' | number): Promise<number>
  sign: ((call: Call, options: SendOptions) => Promise<SignedTransaction>) | null
  send(call: Call, options: SendOptions): Promise<string>
  broadcast(raw: string): Promise<void>
  mined(transactionHash: string): Promise<MinedTransaction | null>
  /** The mined transaction that spent a nonce; null when it is not mined, or the node cannot tell any more. */
  spender(nonce: number): Promise<Spender | null>
  /** When a block was mined, in seconds; null where the node does not have it. */
  timestampOf(blockNumber: number): Promise<number | null>
  /** Whether a mined transaction is this call. */
  isCall(spender: Spender, call: Call): boolean
  /** The error that the call gives when it is repeated as of this block; null when it gives none. */
  replay(call: Call, blockNumber: number): Promise<Error | null>
}

/** A mined transaction, and what it did. */
export type Spender = {
  transactionHash: string
  blockNumber: number
  /** Blocks on top of its own. */
  depth: number
  to: string | null
  data: string
  value: bigint
}

export type SendOptions = { nonce: number; gasLimit: bigint; fees: Fees }

/** A chain seen from one wallet. `transactions` is null for a read-only broker. */
export interface Chain extends ChainReader {
  readonly transactions: TransactionPort | null
}
