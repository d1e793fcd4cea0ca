import { checkOptions, isHidden, isText, isWei, type Check, type Fields } from '../base/check-options.ts'
import { describeValue } from '../base/describe-value.ts'
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

const isChainId: Check = (value) =>
  (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) || (typeof value === 'bigint' && value > 0n)
    ? null
    : 'is the id of a chain, a whole number or bigint from 1 up'

const fields: Fields<NetworkConfig> = {
  chainId: isChainId,
  ledger: isText,
  inference: isText,
  fineTuning: isText,
  rpcUrl: isHidden(isText),
  minLockedBalance: isWei,
  multicall3: isText,
}

/**
 * Checks the form of a network before the node is asked for anything.
 *
 * @throws InvalidInputError for an unknown name, and for a config with a field that is missing, unknown or wrong
 */
export function checkNetwork(network: unknown): void {
  if (network === undefined) return
  if (typeof network === 'string') return void networkByName(network)
  if (typeof network !== 'object' || network === null || Array.isArray(network))
    throw new InvalidInputError('network is the name of a network, or an object with the addresses of its contracts.', {
      value: describeValue(network),
      known: Object.keys(networks).join(', '),
    })
  checkOptions('network', network, fields)
  const missing = (['chainId', 'ledger', 'inference'] as const).filter((name) => fieldOf(network, name) === undefined)
  if (missing.length > 0)
    throw new InvalidInputError(`network has no ${missing.join(' and no ')}.`, {
      needed: 'chainId, ledger, inference',
    })
}

const fieldOf = (value: object, name: string): unknown => (value as Record<string, unknown>)[name]

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

function networkByName(name: string): NetworkConfig {
  const config = Object.hasOwn(networks, name) ? networks[name as NetworkName] : undefined
  if (!config)
    throw new InvalidInputError('There is no such network.', {
      // A longer text may be a URL or a key.
      network: /^[\w.-]{1,30}$/.test(name) ? name : `a string of ${name.length} characters`,
      known: Object.keys(networks).join(', '),
    })
  return config
}

/**
 * The name of a deployment that og-ledger knows, and of any other the id of its chain: for labels and messages.
 *
 * @example
 * networkName(networks.mainnet) // 'mainnet'
 */
export function networkName({ chainId, ledger }: NetworkConfig): string {
  const isSame = ([, one]: [string, NetworkConfig]): boolean =>
    BigInt(one.chainId) === BigInt(chainId) && one.ledger.toLowerCase() === ledger.toLowerCase()
  return Object.entries(networks).find(isSame)?.[0] ?? String(chainId)
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
