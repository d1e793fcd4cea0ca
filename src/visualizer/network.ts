import { networks, type Broker } from '../index.ts'
import type { Network } from './protocol.ts'

const EXPLORERS: Readonly<Record<string, string>> = {
  mainnet: 'https://chainscan.0g.ai',
  testnet: 'https://chainscan-galileo.0g.ai',
  testnetDev: 'https://chainscan-galileo.0g.ai',
}

/** Name, chain id and explorer of the broker's network. */
export function networkOf({ network }: Broker, explorer?: string): Network {
  const known = Object.entries(networks).find(([, one]) => one === network)?.[0]
  const base = explorer ?? EXPLORERS[known ?? ''] ?? null
  return {
    name: known ?? `chain ${network.chainId}`,
    chainId: String(network.chainId),
    // The page makes links of it: only http and https are allowed.
    explorer: base !== null && /^https?:\/\//.test(base) ? base.replace(/\/+$/, '') : null,
  }
}
