import { ledgerAbi } from './abi.ts'
import { failedQuery, query } from './batch.ts'
import type { NetworkConnection } from './network-connection.ts'
import { decodeLedgers } from './decode.ts'
import type { EthersSigner } from './ethers.types.ts'
import type { Market } from './market.types.ts'
import type { NetworkConfig } from './networks.ts'
import type { Nonces } from './nonces.ts'
import type { Chain, Rules } from './port.ts'
import { createReader } from './reader.ts'
import { rooms } from './rooms.ts'
import { view } from './rules.ts'
import type { SharedNetwork } from './share-network.ts'
import type { ProviderService } from './service.ts'
import type { TokenState } from './tokens.ts'

/** One wallet on its chain. */
export type Connected = Chain & {
  /** Reads the rules of the deployment again. */
  readRules(): Promise<Rules>
  readService(provider: string): Promise<ProviderService>
  /** An API token of the wallet with a provider, as of a block. */
  readToken(provider: string, tokenId: number, blockNumber: number): Promise<TokenState>
  /** What the chain says about the wallet's nonces. */
  nonces(): Promise<Nonces>
  market: Market
  /** Signs a provider's session token; null for a wallet that asks a person for each signature. */
  signMessage: ((message: string) => Promise<string>) | null
  network: NetworkConfig
  /** Hash of the first block; undefined where the node no longer has it. */
  genesis: string | undefined
  /** Number of the latest block at connecting. */
  head: number
}

/** A wallet's checksummed address; `signer` is null for one that is only watched. */
export type WalletParts = { wallet: string; signer: EthersSigner | null }

/** Puts one wallet on a chain that is connected. Takes no request. What few wallets use is loaded once they do. */
export async function connectWallet(
  shared: NetworkConnection & Partial<Pick<SharedNetwork, 'lastAnswersOf'>>,
  { wallet, signer }: WalletParts,
): Promise<Connected> {
  const { chainId, network, addresses, head, genesis, rules, rpc, batch, parallel, feeOracle, blockTime } = shared
  const signing = signer && (await rooms.signing.load()).signingOf(shared, { signer, wallet })
  const last = shared.lastAnswersOf?.(wallet) ?? null
  const reader = createReader({ ...shared, wallet, last })
  const blockTimeMs = () => blockTime.ms()

  return {
    chainId,
    network,
    head,
    genesis,
    wallet,
    rules,
    async readPosition() {
      // Each reading of each wallet of a fleet: by query() it would wait for one more promise.
      try {
        const position = await reader.readPosition()
        blockTime.add(position.block)
        return position
      } catch (error) {
        throw failedQuery(error)
      }
    },
    look: last && (() => last.look()),
    async listLedgers(offset, limit) {
      const calls = [view(addresses.ledger, ledgerAbi, 'getAllLedgers', [offset, limit])]
      const [outcome] = await query(() => parallel(calls, 'latest'))
      return decodeLedgers(outcome)
    },
    readSettlements: (until, seconds) => shared.readSettlements(wallet, until, seconds),
    timestampOf: (blockNumber) => query(async () => (await rpc.block(blockNumber))?.timestamp ?? null),
    fees: () => query(feeOracle.fees),
    blockTimeMs,
    onBlock: shared.onBlock,
    socket: shared.socket,
    readRules: shared.readRules,
    async readService(provider) {
      const { readService } = await rooms.services.load()
      return query(() => readService(batch, { ...addresses, wallet, provider }))
    },
    async readToken(provider, tokenId, blockNumber) {
      const { readToken } = await rooms.tokens.load()
      const { inference } = addresses
      return query(() => readToken(batch, { inference, wallet, provider, tokenId, blockNumber }))
    },
    nonces: async () => (await rooms.nonces.load()).noncesOf(rpc, { wallet, chainId, blockTimeMs }),
    market: shared.market,
    signMessage: signing?.signMessage ?? null,
    transactions: signing?.transactions ?? null,
  }
}
