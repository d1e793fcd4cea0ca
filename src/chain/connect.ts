import type { Provider, Signer } from 'ethers'
import { InvalidInputError, ReadError, SigningError } from '../base/errors.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { withTimeout } from '../base/timeout.ts'
import { ledgerAbi } from './abi.ts'
import { toAddress } from './address.ts'
import { query, multicallBatch, parallelBatch } from './batch.ts'
import { BLOCK_PROOF, decodeBlockProof } from './block-proof.ts'
import { reasonOf, safeCause } from './cause.ts'
import { blockListenerOf } from './block-listener.ts'
import { createBlockTime } from './block-time.ts'
import { guardChain } from './chain-guard.ts'
import { decodeLedgers } from './decode.ts'
import { createMarket } from './market.ts'
import type { Market } from './market.types.ts'
import { checkConnection } from './connection-options.ts'
import { checkNetwork, MULTICALL3, resolveNetwork, type NetworkConfig, type NetworkName } from './networks.ts'
import { noncesOf, type Nonces } from './nonces.ts'
import type { Chain, Rules } from './port.ts'
import { createReader } from './reader.ts'
import { createFeeOracle } from './fee-oracle.ts'
import { rpcOf } from './rpc.ts'
import type { Rpc } from './rpc.types.ts'
import { readRules, view, type Addresses } from './rules.ts'
import { createSender, signsBySending } from './sender.ts'
import { createSettlements } from './settlements.ts'
import { readService, type ProviderService } from './service.ts'
import { readToken, type TokenState } from './tokens.ts'
import { signSessionMessage } from './session-signature.ts'
import { isUnknownBlock } from './unknown-block.ts'

/** Distances in blocks of the headers that give the first block time: a halt of the chain is between two of them only. */
const BLOCKS_BACK = [20, 10, 1]
/** How long a signer may take to tell its address. */
const ADDRESS_TIMEOUT_MS = 120_000

/** Either a signer with a provider, or a provider and the address to watch. */
export type Connection =
  | { signer: Signer; provider?: undefined; address?: undefined }
  | { signer?: undefined; provider: Provider; address: string }

export type Connected = Chain & {
  /** Reads the rules of the deployment again. */
  readRules(): Promise<Rules>
  readService(provider: string): Promise<ProviderService>
  /** An API token of the wallet with a provider, as of a block. */
  readToken(provider: string, tokenId: number, blockNumber: number): Promise<TokenState>
  /** What the chain says about the wallet's nonces. */
  nonces: Nonces
  market: Market
  /** Signs a provider's session token; null for a wallet that asks a person for each signature. */
  signMessage: ((message: string) => Promise<string>) | null
  network: NetworkConfig
  /** Hash of the first block; undefined where the node no longer has it. */
  genesis: string | undefined
  /** Number of the latest block at connecting. */
  head: number
}

export type ConnectOptions = {
  /** How long the signer may take to tell its address, in milliseconds. */
  signerTimeoutMs?: number | undefined
  /** Counts the requests. */
  requests?: RequestCounts['rpc']
}

/**
 * Connects one wallet to its chain: finds the network, proves its contracts and reads their rules. Takes two requests.
 *
 * @throws InvalidInputError for an unknown chain, wrong addresses or an incomplete connection
 * @throws SigningError when the signer does not tell its address in time
 * @throws ReadError when the node fails
 */
export async function connectChain(
  connection: Connection,
  network?: NetworkName | NetworkConfig,
  { signerTimeoutMs = ADDRESS_TIMEOUT_MS, requests }: ConnectOptions = {},
): Promise<Connected> {
  checkConnection(connection)
  checkNetwork(network)
  const { signer, provider, wallet } = await partsOf(connection, signerTimeoutMs)
  const plain = rpcOf(provider, requests)
  const [chainId, head, genesis] = await query(() =>
    Promise.all([plain.chainId(), plain.block('latest'), genesisOf(plain)]),
  )
  const rpc = signer && signsBySending(signer) ? guardChain(plain, chainId) : plain
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
  const batch = multicall ? multicallBatch(rpc, multicall) : parallel
  const reader = createReader({ rpc, batch, addresses, wallet, multicall, provesBlock })
  const blockTime = createBlockTime()
  const blockTimeMs = () => blockTime.ms()
  const feeOracle = createFeeOracle(rpc)
  for (const block of [...earlier, head]) if (block) blockTime.add(block)

  return {
    chainId,
    network: config,
    head: head.number,
    genesis: genesis ?? undefined,
    wallet,
    rules,
    async readPosition() {
      const position = await query(reader.readPosition)
      blockTime.add(position.block)
      return position
    },
    async listLedgers(offset, limit) {
      const calls = [view(addresses.ledger, ledgerAbi, 'getAllLedgers', [offset, limit])]
      const [outcome] = await query(() => parallel(calls, 'latest'))
      return decodeLedgers(outcome)
    },
    readSettlements: createSettlements({ rpc, addresses, wallet, blockTimeMs }),
    timestampOf: (blockNumber) => query(async () => (await rpc.block(blockNumber))?.timestamp ?? null),
    fees: () => query(feeOracle.fees),
    blockTimeMs,
    onBlock: blockListenerOf(provider),
    readRules: () => query(() => readRules(parallel, addresses)),
    readService: (provider) => query(() => readService(batch, { ...addresses, wallet, provider })),
    readToken: (provider, tokenId, blockNumber) =>
      query(() => readToken(batch, { inference: addresses.inference, wallet, provider, tokenId, blockNumber })),
    nonces: noncesOf(rpc, { wallet, blockTimeMs }),
    market: createMarket((calls, blockTag) => query(() => parallel(calls, blockTag)), addresses),
    signMessage: signer && !('sendUncheckedTransaction' in signer) ? signSessionMessage(signer) : null,
    transactions: signer ? createSender({ signer, rpc, feeOracle, blockTimeMs, wallet, addresses, chainId }) : null,
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

async function partsOf({ signer, provider, address }: Connection, signerTimeoutMs: number) {
  if (signer) {
    if (!signer.provider)
      throw new InvalidInputError('The signer has no provider.', { do: 'connect it: new Wallet(key, provider)' })
    return { signer, provider: signer.provider, wallet: toAddress(await addressOf(signer, signerTimeoutMs)) }
  }
  return { signer: null, provider, wallet: toAddress(address) }
}

/** A key service answers over the network, and a device once it is plugged in. */
async function addressOf(signer: Signer, timeoutMs: number): Promise<string> {
  try {
    return await withTimeout(timeoutMs, () => signer.getAddress())
  } catch (error) {
    throw new SigningError({ operation: 'getAddress', reason: reasonOf(error) }, { cause: safeCause(error) })
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
