import type { Batch } from './batch.ts'
import type { BlockTime } from './block-time.ts'
import type { FeeOracle } from './fee-oracle.ts'
import type { Market } from './market.types.ts'
import type { NetworkConfig } from './networks.ts'
import type { ChainReader, Rules } from './port.ts'
import type { Rpc } from './rpc.types.ts'
import type { Addresses } from './rules.ts'
import type { ReadSettlements } from './settlements.ts'
import type { WalletView } from './wallet-views.ts'

/** A chain with one deployment of the contracts: what every wallet on it has in common. */
export type NetworkConnection = {
  chainId: bigint
  network: NetworkConfig
  addresses: Addresses
  /** Number of the latest block at connecting. */
  head: number
  /** Hash of the first block; undefined where the node no longer has it. */
  genesis: string | undefined
  rules: Rules
  rpc: Rpc
  /** Runs view calls: in one request by Multicall3, or one request each. */
  batch: Batch
  /** Runs each view call as a request of its own. */
  parallel: Batch
  /** Multicall3's address; null where the chain has none. */
  multicall: string | null
  /** The view calls of every reading. */
  views: readonly WalletView[]
  /** Whether the node runs code without an address, which proves at which block it answers. */
  provesBlock: boolean
  feeOracle: FeeOracle
  blockTime: BlockTime
  onBlock: ChainReader['onBlock']
  socket: ChainReader['socket']
  market: Market
  /** Reads the rules of the deployment again. */
  readRules(): Promise<Rules>
  readSettlements: ReadSettlements
}
