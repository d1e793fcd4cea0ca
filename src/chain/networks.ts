import { InvalidInputError } from '../base/errors.ts'

/** Where a deployment of the 0G Compute contracts lives, and what its providers expect. */
export type NetworkConfig = {
  chainId: number | bigint
  /** LedgerManager (the proxy's address). */
  ledger: string
  /** InferenceServing. */
  inference: string
  /** FineTuningServing; leave out where there is none. */
  fineTuning?: string
  /** Where the CLI connects when no RPC URL is given. */
  rpcUrl?: string
  /** What providers want to see locked, in wei. 1 OG on the live networks. */
  minLockedBalance?: bigint
  /** Where Multicall3 is looked for; its usual address by default. */
  multicall3?: string
}

export type NetworkName = 'mainnet' | 'testnet' | 'testnetDev'

/** What live providers keep as a reserve: 1 OG. */
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
 * The deployment to use on the chain that the provider is connected to. An unknown chain is refused rather than
 * guessed: a guess would send money to addresses that belong to somebody else there.
 *
 * @throws InvalidInputError when the chain is unknown, or is another one than the network's
 */
export function resolveNetwork(network: NetworkName | NetworkConfig | undefined, chainId: bigint): NetworkConfig {
  const config = typeof network === 'object' ? network : network === undefined ? known(chainId) : named(network)
  if (BigInt(config.chainId) !== chainId)
    throw new InvalidInputError('The provider is connected to another chain than the network.', {
      network: typeof network === 'string' ? network : 'as configured',
      expected: `chain ${config.chainId}`,
      actual: `chain ${chainId}`,
    })
  return config
}

function named(name: NetworkName): NetworkConfig {
  const config = Object.hasOwn(networks, name) ? networks[name] : undefined
  if (!config)
    throw new InvalidInputError('There is no such network.', {
      network: String(name),
      known: Object.keys(networks).join(', '),
    })
  return config
}

function known(chainId: bigint): NetworkConfig {
  if (chainId === 16661n) return networks.mainnet
  if (chainId === 16602n) return networks.testnet
  throw new InvalidInputError('This chain is not known.', {
    chain: String(chainId),
    known: '16661 (mainnet), 16602 (testnet)',
    do: 'pass a NetworkConfig with the addresses of the contracts',
  })
}
