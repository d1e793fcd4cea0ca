import type { Provider, Signer } from 'ethers'
import { InvalidInputError } from '../index.ts'
import { systemClock } from '../base/clock.ts'
import { inMs } from '../base/durations.ts'
import { addressOf } from '../chain/connect.ts'
import { connectNetwork } from '../chain/connect-network.ts'
import { connectWallet, type Connected } from '../chain/connect-wallet.ts'
import { checkConnection } from '../chain/connection-options.ts'
import { checkNetwork } from '../chain/networks.ts'
import { shareNetwork } from '../chain/share-network.ts'
import { signsBySending } from '../chain/signs-by-sending.ts'
import { checkFleetOptions } from './fleet-options.ts'
import type { Fleet, FleetOptions } from './fleet.types.ts'
import { openFleet } from './open-fleet.ts'

/**
 * Keeps many wallets on one chain funded: a broker each, and one reading for all of them. With `leases` several machines share the
 * wallets, and each wallet is sent for by one of them at a time.
 *
 * @example
 * const fleet = await createFleet({
 *   provider: new JsonRpcProvider(url),
 *   wallets,
 *   signerFor: () => new Wallet(key),
 *   policyFor: () => ({ autoFunding: [{ provider }] }),
 * })
 * fleet.wallets().filter(({ state }) => state === 'failed')
 *
 * @returns once every wallet is open, or `wallets()` has the reason; with leases, once what could be claimed is
 * @throws InvalidInputError for an unknown chain, wrong addresses or nonsense in the options
 * @throws ReadError when the chain cannot be read
 */
export async function createFleet(options: FleetOptions): Promise<Fleet> {
  checkFleetOptions(options)
  checkNetwork(options.network)
  const { provider, network, signerFor, signerTimeoutMs, ...rest } = inMs(options)
  await checkConnection({ provider, address: '' })
  const shared = shareNetwork(await connectNetwork(provider, network, { logger: options.logger }), systemClock)
  const { chainId, genesis } = shared
  const chain = {
    network: shared.network,
    chainId,
    genesis,
    async connect(wallet: string): Promise<Connected> {
      if (!signerFor) return connectWallet(shared, { wallet, signer: null })
      const signer = await signerFor(wallet)
      await checkSigner(signer, { wallet, signerTimeoutMs })
      return connectWallet(shared, { wallet, signer: withProvider(signer, provider) })
    },
  }
  return openFleet(chain, { ...rest, ...(signerTimeoutMs !== undefined && { signerTimeoutMs }) })
}

async function checkSigner(
  signer: Signer,
  { wallet, signerTimeoutMs }: { wallet: string; signerTimeoutMs: number | undefined },
): Promise<void> {
  await checkConnection({ signer })
  if (signsBySending(signer))
    throw new InvalidInputError('A fleet takes keys that sign before they send.', {
      wallet,
      do: 'return new Wallet(key) from signerFor; a wallet that asks a person belongs to createBroker',
    })
  const address = await addressOf(signer, signerTimeoutMs)
  if (address === wallet) return
  throw new InvalidInputError('signerFor gave the key of another wallet.', { wallet, 'key of': address })
}

/** A key may come without a provider: the node is the fleet's. */
function withProvider(signer: Signer, provider: Provider): Signer {
  return signer.provider ? signer : signer.connect(provider)
}
