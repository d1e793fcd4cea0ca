import { InvalidInputError } from '../base/errors.ts'

/** The addresses of a deployment of the 0G Compute contracts, and its providers' expectations. */
export type NetworkConfig = {
  chainId: number | bigint
  /** LedgerManager (the proxy's address). */
  ledger: string
  /** InferenceServing. */
  inference: string
  /** FineTuningServing; omit it where the deployment has none. */
  fineTuning?: string
  /** The CLI's RPC URL when the user gives none. */
  rpcUrl?: string
  /** The minimum that providers expect in a sub-account, in wei. 1 OG on the live networks. */
  minLockedBalance?: bigint
  /** Address of Multicall3; its usual address by default. */
  multicall3?: string
}

export type NetworkName = 'mainnet' | 'testnet' | 'testnetDev'

/** The minimum of live providers: 1 OG. */
export const DEFAULT_MIN_LOCKED_BALANCE = 10n ** 18n

/** Multicall3 has this address on nearly every chain. */
export const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11'

/** The live deployments. */
export const networks: Readonly<Record<NetworkName, NetworkConfig>> = {
  mainnet: {
    chainId: 16661,
    ledger: '0x2dE54c845Cd948B72D2e32e39586fe89607074E3',
    inference: '0x47340d900bdFec2BD393c626E12ea0656F938d84',
    fineTuning: '0x4e3474095518883744ddf135b7E0A23301c7F9c0',
    rpcUrl: 'https://evmrpc.0g.ai',
  },
  testnet: {
    chainId: 16602,
    ledger: '0xE70830508dAc0A97e6c087c75f402f9Be669E406',
    inference: '0xa79F4c8311FF93C06b8CfB403690cc987c93F91E',
    fineTuning: '0xC6C075D8039763C8f1EbE580be5ADdf2fd6941bA',
    rpcUrl: 'https://evmrpc-testnet.0g.ai',
  },
  testnetDev: {
    chainId: 16602,
    ledger: '0x815B93ab4Ba4BDF530dbF1552649a3c534F8BbF7',
    inference: '0x41bD7Ac5c19000A974D5c192bcd5FB67b56C85c5',
    fineTuning: '0x4e4158DF35CfdC0ac63264D3E112F5B8E9a5c569',
    rpcUrl: 'https://evmrpc-testnet.0g.ai',
  },
}

/**
 * Finds the deployment for the provider's chain. An unknown chain is refused: on it the known addresses may belong to
 * other people.
 *
 * @throws InvalidInputError when the chain is unknown or is not the network's chain
 */
export function resolveNetwork(network: NetworkName | NetworkConfig | undefined, chainId: bigint): NetworkConfig {
  const config =
    typeof network === 'object' ? network : network === undefined ? networkOfChain(chainId) : networkByName(network)
  if (BigInt(config.chainId) !== chainId)
    throw new InvalidInputError('The provider is connected to another chain than the network.', {
      network: typeof network === 'string' ? network : 'as configured',
      expected: `chain ${config.chainId}`,
      actual: `chain ${chainId}`,
    })
  return config
}

function networkByName(name: NetworkName): NetworkConfig {
  const config = Object.hasOwn(networks, name) ? networks[name] : undefined
  if (!config)
    throw new InvalidInputError('There is no such network.', {
      network: String(name),
      known: Object.keys(networks).join(', '),
    })
  return config
}

function networkOfChain(chainId: bigint): NetworkConfig {
  if (chainId === 16661n) return networks.mainnet
  if (chainId === 16602n) return networks.testnet
  throw new InvalidInputError('This chain is not known.', {
    chain: String(chainId),
    known: '16661 (mainnet), 16602 (testnet)',
    do: 'pass a NetworkConfig with the addresses of the contracts',
  })
}
