import type { Signer } from 'ethers'
import type { WalletPolicy } from '../../fleet/index.ts'
import { readFleetConfig, type FleetConfig, type FleetPolicy } from './config.ts'
import { keysOf, type NamedWallet } from './keys.ts'
import { policyOf, walletPolicyOf } from './policies.ts'

/** What the file of a fleet says: its wallets, their keys, and what is done for each. */
export type FleetOrders = {
  config: FleetConfig
  wallets: readonly NamedWallet[]
  /** The policy of each wallet in the file; undefined where none matches: nothing is sent for it. */
  policies: ReadonlyMap<string, FleetPolicy | undefined>
  /** The same as the fleet takes it. */
  walletPolicyOf(wallet: string): WalletPolicy
  nameOf(wallet: string): string
  signerOf(wallet: string): Signer | Promise<Signer>
}

/**
 * Reads the file of a fleet, and where its keys are.
 *
 * @param password see `keysOf`
 * @throws UsageError that names the field, the file or the environment variable
 */
export async function readOrders(file: string, password: () => Promise<string>): Promise<FleetOrders> {
  const config = await readFleetConfig(file)
  const { wallets, signerOf } = await keysOf(config.wallets, password)
  const policies = new Map(wallets.map((one) => [one.address, policyOf(config.policies, one)]))
  const names = new Map(wallets.map(({ address, name }) => [address, name]))
  return {
    config,
    wallets,
    policies,
    walletPolicyOf: (wallet) => walletPolicyOf(policies.get(wallet)),
    nameOf: (wallet) => names.get(wallet) ?? wallet,
    signerOf,
  }
}
