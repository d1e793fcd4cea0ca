import { networks, type NetworkConfig } from 'og-ledger'

/** The deployment that this page is for. The wallet has to be on its chain. */
export const network: NetworkConfig = import.meta.env.VITE_NETWORK
  ? (JSON.parse(import.meta.env.VITE_NETWORK) as NetworkConfig)
  : networks.mainnet

export const chainId = Number(network.chainId)
export const rpcUrl = network.rpcUrl ?? 'https://evmrpc.0g.ai'

/** Inference providers are listed by `og-ledger providers --all`. */
export const provider = import.meta.env.VITE_PROVIDER ?? ''
