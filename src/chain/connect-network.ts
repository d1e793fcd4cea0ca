import { ReadError } from '../base/errors.ts'
import { safeLogger, type Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { toAddress } from './address.ts'
import { query, multicallBatch, parallelBatch, type Batch } from './batch.ts'
import { blockListenerOf, socketStateOf } from './block-listener.ts'
import { BLOCK_PROOF, decodeBlockProof } from './block-proof.ts'
import { createBlockTime, type BlockTime } from './block-time.ts'
import { guardChain } from './chain-guard.ts'
import type { EthersProvider } from './ethers.types.ts'
import { createFeeOracle, type FeeOracle } from './fee-oracle.ts'
import { createMarket } from './market.ts'
import type { Market } from './market.types.ts'
import { MULTICALL3, resolveNetwork, type NetworkConfig, type NetworkName } from './networks.ts'
import type { ChainReader, Rules } from './port.ts'
import { rpcOf } from './rpc.ts'
import type { Rpc } from './rpc.types.ts'
import { readRules, type Addresses } from './rules.ts'
import { createSettlements, type ReadSettlements } from './settlements.ts'
import { socketOf } from './socket.ts'
import { isUnknownBlock } from './unknown-block.ts'
import { walletViews, type WalletView } from './wallet-views.ts'

/** Distances in blocks of the headers that give the first block time: a halt of the chain is between two of them only. */
const BLOCKS_BACK = [20, 10, 1]

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

export type ConnectNetworkOptions = {
  /** Counts the requests. */
  requests?: RequestCounts['rpc'] | undefined
  /** The provider is a wallet that a person may switch to another chain: each answer is checked for its chain. */
  isSwitchable?: boolean
  /** Receives a line when the provider's socket closes, and when another one is open. */
  logger?: Logger | undefined
}

/**
 * Connects to a chain: finds the network, proves its contracts and reads their rules. Takes two requests.
 *
 * @throws InvalidInputError for an unknown chain or wrong addresses
 * @throws ReadError when the node fails
 */
export async function connectNetwork(
  provider: EthersProvider,
  network?: NetworkName | NetworkConfig,
  { requests, isSwitchable = false, logger }: ConnectNetworkOptions = {},
): Promise<NetworkConnection> {
  const plain = rpcOf(provider, requests)
  const [chainId, head, genesis] = await query(() =>
    Promise.all([plain.chainId(), plain.block('latest'), genesisOf(plain)]),
  )
  socketOf(provider)?.link?.expect(chainId)
  const rpc = isSwitchable ? guardChain(plain, chainId) : plain
  if (!head) throw new ReadError('The node has no latest block.', {})
  const config = resolveNetwork(network, chainId)
  const addresses = addressesOf(config)
  const multicallAddress = toAddress(config.multicall3 ?? MULTICALL3, 'multicall3')
  const parallel = parallelBatch(rpc)
  const [multicallCode, provesBlock, rules, earlier] = await query(() =>
    Promise.all([
      rpc.code(multicallAddress),
      canProveBlock(rpc, head.number),
      readRules(parallel, addresses),
      Promise.all(BLOCKS_BACK.map((back) => rpc.block(Math.max(0, head.number - back)).catch(() => null))),
    ]),
  )
  const multicall = multicallCode === '0x' ? null : multicallAddress
  const blockTime = createBlockTime()
  for (const block of [...earlier, head]) if (block) blockTime.add(block)
  return {
    chainId,
    network: config,
    addresses,
    head: head.number,
    genesis: genesis ?? undefined,
    rules,
    rpc,
    batch: multicall ? multicallBatch(rpc, multicall) : parallel,
    parallel,
    multicall,
    views: walletViews(addresses, multicall),
    provesBlock,
    feeOracle: createFeeOracle(rpc),
    blockTime,
    onBlock: blockListenerOf(provider, safeLogger(logger)),
    socket: socketStateOf(provider),
    market: createMarket((calls, blockTag) => query(() => parallel(calls, blockTag)), addresses),
    readRules: () => query(() => readRules(parallel, addresses)),
    readSettlements: createSettlements({ rpc, addresses, blockTimeMs: blockTime.ms }),
  }
}

/** Hash of the first block, which identifies a local chain; null for a node without it, or with another block in its place. */
async function genesisOf(rpc: Rpc): Promise<string | null> {
  try {
    return (await rpc.block(0))?.hash ?? null
  } catch {
    return null
  }
}

function addressesOf({ ledger, inference, fineTuning }: NetworkConfig): Addresses {
  return {
    ledger: toAddress(ledger, 'ledger'),
    inference: toAddress(inference, 'inference'),
    ...(fineTuning !== undefined && { fineTuning: toAddress(fineTuning, 'fineTuning') }),
  }
}

/** Whether the node runs code without an address. Without it the reader trusts the block header. */
async function canProveBlock(rpc: Rpc, head: number): Promise<boolean> {
  // Behind one URL the node of the calls may lag behind the node of the head.
  for (const blockTag of [head, 'latest'] as const) {
    try {
      const { number } = decodeBlockProof(await rpc.call({ data: BLOCK_PROOF }, blockTag))
      return blockTag === 'latest' || number === head
    } catch (error) {
      if (!isUnknownBlock(error)) return false
    }
  }
  return false
}
