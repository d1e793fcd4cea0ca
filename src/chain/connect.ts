import { InvalidInputError, SigningError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { RequestCounts } from '../base/request-counts.ts'
import { loadAll } from '../base/room.ts'
import { withTimeout } from '../base/timeout.ts'
import { toAddress } from './address.ts'
import { reasonOf, safeCause } from './cause.ts'
import { connectNetwork } from './connect-network.ts'
import { connectWallet, type Connected } from './connect-wallet.ts'
import { checkConnection } from './connection-options.ts'
import type { EthersProvider, EthersSigner } from './ethers.types.ts'
import { checkNetwork, type NetworkConfig, type NetworkName } from './networks.ts'
import { roomsOfSigner } from './rooms.ts'
import { signsBySending } from './signs-by-sending.ts'

export type { Connected } from './connect-wallet.ts'

/** How long a signer may take to tell its address. */
const ADDRESS_TIMEOUT_MS = 120_000

/** Either a signer with a provider, or a provider and the address to watch. */
export type Connection =
  | { signer: EthersSigner; provider?: undefined; address?: undefined }
  | { signer?: undefined; provider: EthersProvider; address: string }

export type ConnectOptions = {
  /** How long the signer may take to tell its address, in milliseconds. */
  signerTimeoutMs?: number | undefined
  /** Counts the requests. */
  requests?: RequestCounts['rpc']
  logger?: Logger | undefined
}

/**
 * Connects one wallet to its chain: finds the network, proves its contracts and reads their rules. Takes two requests.
 *
 * @throws InvalidInputError for an unknown chain, wrong addresses or an incomplete connection
 * @throws SigningError when the signer does not tell its address in time
 * @throws ReadError when the node fails
 */
export async function connectChain(
  parts: Connection,
  network?: NetworkName | NetworkConfig,
  { signerTimeoutMs = ADDRESS_TIMEOUT_MS, requests, logger }: ConnectOptions = {},
): Promise<Connected> {
  await checkConnection(parts)
  checkNetwork(network)
  const { signer, provider, wallet } = await partsOf(parts, signerTimeoutMs)
  const isSwitchable = signer !== null && signsBySending(signer)
  const connecting = connectNetwork(provider, network, { requests, isSwitchable, logger })
  const [connection] = await Promise.all([connecting, signer && loadAll(roomsOfSigner())])
  return connectWallet(connection, { signer, wallet })
}

async function partsOf({ signer, provider, address }: Connection, signerTimeoutMs: number) {
  if (signer) {
    if (!signer.provider)
      throw new InvalidInputError('The signer has no provider.', { do: 'connect it: new Wallet(key, provider)' })
    return { signer, provider: signer.provider, wallet: await addressOf(signer, signerTimeoutMs) }
  }
  return { signer: null, provider, wallet: toAddress(address) }
}

/**
 * A signer's checksummed address. A key service answers over the network, and a device once it is plugged in.
 *
 * @throws SigningError when the signer does not tell it in time
 */
export async function addressOf(signer: EthersSigner, timeoutMs = ADDRESS_TIMEOUT_MS): Promise<string> {
  try {
    return toAddress(await withTimeout(timeoutMs, () => signer.getAddress()))
  } catch (error) {
    throw new SigningError({ operation: 'getAddress', reason: reasonOf(error) }, { cause: safeCause(error) })
  }
}
