import type { Provider, Signer } from 'ethers'
import { InvalidInputError, ReadError } from '../base/errors.ts'
import { ledgerAbi } from './abi.ts'
import { toAddress } from './address.ts'
import { query, multicallBatch, parallelBatch } from './batch.ts'
import { BLOCK_PROOF, decodeBlockProof } from './block-proof.ts'
import { createBlockTime } from './block-time.ts'
import { decodeLedgers } from './decode.ts'
import { createMarket } from './market.ts'
import type { Market } from './market.types.ts'
import { MULTICALL3, resolveNetwork, type NetworkConfig, type NetworkName } from './networks.ts'
import type { Chain } from './port.ts'
import { createReader } from './reader.ts'
import { rpcOf, withAnswerTimeout } from './rpc.ts'
import type { Rpc } from './rpc.types.ts'
import { readRules, view, type Addresses } from './rules.ts'
import { createSender } from './sender.ts'
import { createSettlements } from './settlements.ts'
import { readService, type ProviderService } from './service.ts'
import { signSessionMessage } from './session-signature.ts'

/** Distance in blocks of the second header that gives the first block time. */
const BLOCKS_BACK = 20

/** Either a signer with a provider, or a provider and the address to watch. */
export type Connection =
  | { signer: Signer; provider?: undefined; address?: undefined }
  | { signer?: undefined; provider: Provider; address: string }

export type Connected = Chain & {
  readService(provider: string): Promise<ProviderService>
  market: Market
  /** Signs a provider's session token; null for a wallet that asks a person for each signature. */
  signMessage: ((message: string) => Promise<string>) | null
  network: NetworkConfig
  /** Hash of the first block; undefined where the node no longer has it. */
  genesis: string | undefined
  /** Number of the latest block at connecting. */
  head: number
}

/**
 * Connects one wallet to its chain: finds the network, proves its contracts and reads their rules. Takes two requests.
 *
 * @throws InvalidInputError for an unknown chain, wrong addresses or an incomplete connection
 * @throws ReadError when the node fails
 */
export async function connectChain(connection: Connection, network?: NetworkName | NetworkConfig): Promise<Connected> {
  const { signer, provider, wallet } = await partsOf(connection)
  const [{ chainId }, head, first] = await query(() =>
    withAnswerTimeout(() => Promise.all([provider.getNetwork(), provider.getBlock('latest'), firstBlock(provider)])),
  )
  if (!head) throw new ReadError('The node has no latest block.', {})
  const config = resolveNetwork(network, chainId)
  const addresses = addressesOf(config)
  const multicallAddress = toAddress(config.multicall3 ?? MULTICALL3, 'multicall3')
  const rpc = rpcOf(provider)
  const parallel = parallelBatch(rpc)
  const [multicallCode, provesBlock, rules, earlier] = await query(() =>
    withAnswerTimeout(() =>
      Promise.all([
        provider.getCode(multicallAddress),
        canProveBlock(rpc, head.number),
        readRules(parallel, addresses),
        provider.getBlock(Math.max(0, head.number - BLOCKS_BACK)),
      ]),
    ),
  )
  const multicall = multicallCode === '0x' ? null : multicallAddress
  const batch = multicall ? multicallBatch(rpc, multicall) : parallel
  const reader = createReader({ provider, rpc, batch, addresses, wallet, multicall, provesBlock })
  const blockTime = createBlockTime()
  for (const block of [earlier, head]) if (block) blockTime.add(block)

  return {
    chainId,
    network: config,
    head: head.number,
    genesis: first?.hash ?? undefined,
    wallet,
    rules,
    async readPosition() {
      const position = await query(() => withAnswerTimeout(reader.readPosition))
      blockTime.add(position.block)
      return position
    },
    async listLedgers(offset, limit) {
      const calls = [view(addresses.ledger, ledgerAbi, 'getAllLedgers', [offset, limit])]
      const [outcome] = await query(() => withAnswerTimeout(() => parallel(calls, 'latest')))
      return decodeLedgers(outcome)
    },
    readSettlements: createSettlements({ provider, rpc, addresses, wallet, blockTimeMs: () => blockTime.ms() }),
    fees: () => query(() => withAnswerTimeout(rpc.fees)),
    blockTimeMs: () => blockTime.ms(),
    onBlock: pushesBlocks(provider) ? (listener) => subscribe(provider, listener) : null,
    readService: (provider) =>
      query(() => withAnswerTimeout(() => readService(batch, { inference: addresses.inference, wallet, provider }))),
    market: createMarket((calls, tag) => query(() => withAnswerTimeout(() => parallel(calls, tag))), addresses),
    signMessage: signer && !('sendUncheckedTransaction' in signer) ? signSessionMessage(signer) : null,
    transactions: signer ? createSender({ signer, provider, rpc, wallet, addresses, chainId }) : null,
  }
}

/** Reads the first block, whose hash identifies a local chain. Nodes may have pruned it. */
async function firstBlock(provider: Provider): Promise<{ hash: string | null } | null> {
  try {
    return await provider.getBlock(0)
  } catch {
    return null
  }
}

async function partsOf({ signer, provider, address }: Connection) {
  if (signer) {
    if (!signer.provider)
      throw new InvalidInputError('The signer has no provider.', { do: 'connect it: new Wallet(key, provider)' })
    return { signer, provider: signer.provider, wallet: toAddress(await signer.getAddress()) }
  }
  if (!provider || address === undefined)
    throw new InvalidInputError('A broker needs a signer, or a provider and an address to watch.')
  return { signer: null, provider, wallet: toAddress(address) }
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
  try {
    return decodeBlockProof(await rpc.call({ data: BLOCK_PROOF }, head)).number === head
  } catch {
    return false
  }
}

/** Only a provider with a socket receives new blocks; the others poll, which keeps the process alive. */
function pushesBlocks(provider: Provider): boolean {
  return 'websocket' in provider || 'socket' in provider
}

function subscribe(provider: Provider, listener: (blockNumber: number) => void): () => void {
  void provider.on('block', listener).catch(() => undefined)
  return () => void provider.off('block', listener).catch(() => undefined)
}
