import { networks, type NetworkConfig, type NetworkName } from '../../index.ts'
import { NETWORK_NAMES, type NetworkArguments } from '../arguments/options.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { choiceOf, numberOf } from '../arguments/values.ts'
import { variable } from './environment.ts'

/** The node to connect to, and the deployment that is expected there. */
export type Endpoint = {
  url: string
  /** The only part of the URL that is shown: the rest may be a credential. */
  host: string
  /** Found by the chain's id where it is undefined. */
  network: NetworkName | NetworkConfig | undefined
}

/**
 * The endpoint that options and environment name: OG_RPC_URL where --rpc-url is left out, and OG_NETWORK where neither the
 * options nor a config file name a deployment. There is no default network: without one and without a URL the command line
 * is refused.
 *
 * @param configured from a config file
 */
export function endpointOf(args: NetworkArguments, configured?: NetworkName | NetworkConfig): Endpoint {
  const named = networkNameOf(args.network, '--network')
  const addressed = ownNetwork(args)
  if (named && addressed) throw new UsageError('Either --network or addresses of your own, not both.')
  const network = named ?? addressed ?? configured ?? networkNameOf(variable('OG_NETWORK') || undefined, 'OG_NETWORK')
  const [name, own] = typeof network === 'string' ? [network, undefined] : [undefined, network]
  const url = args['rpc-url'] ?? (variable('OG_RPC_URL') || undefined) ?? (name && networks[name].rpcUrl)
  if (url !== undefined) return { url, host: hostOf(url), network: name ?? own }
  throw new UsageError(
    own
      ? 'Say where: a deployment of your own needs --rpc-url.'
      : 'Say where: --network mainnet, testnet or testnetDev (or OG_NETWORK), or --rpc-url.',
  )
}

function networkNameOf(text: string | undefined, name: string): NetworkName | undefined {
  return text === undefined ? undefined : choiceOf(text, name, NETWORK_NAMES)
}

function ownNetwork(args: NetworkArguments): NetworkConfig | undefined {
  const { ledger, inference, 'fine-tuning': fineTuning, 'chain-id': chain } = args
  if ([ledger, inference, fineTuning, chain].every((one) => one === undefined)) return undefined
  const chainId = numberOf(chain, 'chain-id', { least: 1 })
  if (ledger === undefined || inference === undefined || chainId === undefined)
    throw new UsageError('A deployment of your own needs --ledger, --inference and --chain-id.')
  return { chainId, ledger, inference, ...(fineTuning !== undefined && { fineTuning }) }
}

function hostOf(url: string): string {
  const { protocol, host } = URL.canParse(url) ? new URL(url) : { protocol: '', host: '' }
  if (protocol === 'http:' || protocol === 'https:') return host
  throw new UsageError('The RPC URL must begin with http: or https:.')
}
