import type { Provider, Signer } from 'ethers'
import { InvalidInputError, ReadError } from '../base/errors.ts'
import { ledgerAbi } from './abi.ts'
import { toAddress } from './address.ts'
import { asked, multicallBatch, parallelBatch } from './batch.ts'
import { BLOCK_PROOF, decodeBlockProof } from './block-proof.ts'
import { createBlockTime } from './block-time.ts'
import { decodeLedgers } from './decode.ts'
import { MULTICALL3, resolveNetwork, type NetworkConfig, type NetworkName } from './networks.ts'
import type { Chain } from './port.ts'
import { createReader } from './reader.ts'
import { rpcOf, soon, type Rpc } from './rpc.ts'
import { readRules, view, type Addresses } from './rules.ts'
import { createSender } from './sender.ts'
import { createSettlements } from './settlements.ts'
import { readService, type ProviderService } from './service.ts'
import { signSessionMessage } from './session-signature.ts'

/** How far back the second block lies that tells the block time. */
const BLOCKS_BACK = 20

/** Either a signer with a provider, or a provider and the address to watch. */
export type Connection =
  | { signer: Signer; provider?: undefined; address?: undefined }
  | { signer?: undefined; provider: Provider; address: string }

export type Connected = Chain & {
  readService(provider: string): Promise<ProviderService>
  /** Signs what a provider's session token says; null for a wallet that would have to ask somebody. */
  signMessage: ((message: string) => Promise<string>) | null
  network: NetworkConfig
  /** Hash of the first block, where the node still has it. */
  genesis: string | undefined
  /** The latest block when the chain was opened. */
  head: number
}

/**
 * Opens a chain for one wallet: finds the network, proves its contracts and reads their rules. Two requests.
 *
 * @throws InvalidInputError for an unknown chain, wrong addresses or an incomplete connection
 * @throws ReadError when the node cannot be asked
 */
export async function connectChain(connection: Connection, network?: NetworkName | NetworkConfig): Promise<Connected> {
  const { signer, provider, wallet } = await partsOf(connection)
  const [{ chainId }, head, first] = await asked(() =>
    soon(() => Promise.all([provider.getNetwork(), provider.getBlock('latest'), firstBlock(provider)])),
  )
  if (!head) throw new ReadError('The node has no latest block.', {})
  const config = resolveNetwork(network, chainId)
  const addresses = addressesOf(config)
  const multicallAddress = toAddress(config.multicall3 ?? MULTICALL3, 'multicall3')
  const rpc = rpcOf(provider)
  const parallel = parallelBatch(rpc)
  const [multicallCode, provesBlock, rules, earlier] = await asked(() =>
    soon(() =>
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
  for (const block of [earlier, head]) if (block) blockTime.see(block)

  return {
    chainId,
    network: config,
    head: head.number,
    genesis: first?.hash ?? undefined,
    wallet,
    rules,
    async readPosition() {
      const position = await asked(() => soon(reader.readPosition))
      blockTime.see(position.block)
      return position
    },
    async listLedgers(offset, limit) {
      const calls = [view(addresses.ledger, ledgerAbi, 'getAllLedgers', [offset, limit])]
      const [outcome] = await asked(() => soon(() => parallel(calls, 'latest')))
      return decodeLedgers(outcome)
    },
    readSettlements: createSettlements({ provider, rpc, addresses, wallet, blockTimeMs: () => blockTime.ms() }),
    fees: () => asked(() => soon(rpc.fees)),
    blockTimeMs: () => blockTime.ms(),
    onBlock: pushesBlocks(provider) ? (listener) => subscribe(provider, listener) : null,
    readService: (provider) =>
      asked(() => soon(() => readService(batch, { inference: addresses.inference, wallet, provider }))),
    signMessage: signer && !('sendUncheckedTransaction' in signer) ? signSessionMessage(signer) : null,
    transactions: signer ? createSender({ signer, provider, rpc, wallet, addresses, chainId }) : null,
  }
}

/** Tells a local chain from the one before it. Nodes that dropped their first block are not asked again. */
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

/** Some nodes refuse to run code without an address; then the header is trusted. */
async function canProveBlock(rpc: Rpc, head: number): Promise<boolean> {
  try {
    return decodeBlockProof(await rpc.call({ data: BLOCK_PROOF }, head)).number === head
  } catch {
    return false
  }
}

/** Only a provider with a socket hears of blocks; the others would poll, and keep the process alive for it. */
function pushesBlocks(provider: Provider): boolean {
  return 'websocket' in provider || 'socket' in provider
}

function subscribe(provider: Provider, listener: (blockNumber: number) => void): () => void {
  void provider.on('block', listener).catch(() => undefined)
  return () => void provider.off('block', listener).catch(() => undefined)
}
