import { ReadError } from '../base/errors.ts'
import { safeLogger, type Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { loadAhead } from '../base/room.ts'
import { toAddress } from './address.ts'
import { query, multicallBatch, parallelBatch, type Batch } from './batch.ts'
import { BLOCK_PROOF, decodeBlockProof } from './block-proof.ts'
import { createBlockTime } from './block-time.ts'
import type { EthersProvider } from './ethers.types.ts'
import { createFeeOracle } from './fee-oracle.ts'
import type { Market } from './market.types.ts'
import type { NetworkConnection } from './network-connection.ts'
import { MULTICALL3, resolveNetwork, type NetworkConfig, type NetworkName } from './networks.ts'
import { rooms } from './rooms.ts'
import { rpcOf } from './rpc.ts'
import { hasSocket } from './socket-name.ts'
import type { Rpc } from './rpc.types.ts'
import { readRules, type Addresses } from './rules.ts'
import { isUnknownBlock } from './unknown-block.ts'
import { walletViews } from './wallet-views.ts'

/** Distances in blocks of the headers that give the first block time: a halt of the chain is between two of them only. */
const BLOCKS_BACK = [20, 10, 1]

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
  await loadAhead(rooms)
  // Most providers poll by HTTP.
  const socket = hasSocket(provider) ? (await rooms.links.load()).linkOf(provider, safeLogger(logger)) : null
  const plain = await rpcOf(provider, { requests, socket })
  const [chainId, head, genesis] = await query(() =>
    Promise.all([plain.chainId(), plain.block('latest'), genesisOf(plain)]),
  )
  socket?.expect(chainId)
  const rpc = isSwitchable ? (await rooms.guard.load()).guardChain(plain, chainId) : plain
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
    onBlock: socket?.onBlock ?? null,
    socket: socket?.state ?? null,
    market: marketOn((calls, blockTag) => query(() => parallel(calls, blockTag)), addresses),
    readRules: () => query(() => readRules(parallel, addresses)),
    async readSettlements(...of) {
      const { createSettlements } = await rooms.settlements.load()
      return createSettlements({ rpc, addresses, blockTimeMs: blockTime.ms })(...of)
    },
  }
}

/** The list of services is loaded when it is asked for. */
function marketOn(batch: Batch, addresses: Addresses): Market {
  const market = async () => (await rooms.market.load()).createMarket(batch, addresses)
  return {
    inference: async (page) => (await market()).inference(page),
    fineTuning: async (page) => (await market()).fineTuning(page),
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
