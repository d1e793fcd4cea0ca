import type { NetworkConfig, NetworkName } from '../../index.ts'
import { NETWORK_NAMES } from '../arguments/options.ts'
import { address, oneOf } from './fields.ts'
import { fieldError, objectAt } from './objects.ts'

/** A network by its name, or a deployment by its addresses. */
export function networkAt(value: unknown, path: string): NetworkName | NetworkConfig {
  if (typeof value !== 'object') return oneOf(NETWORK_NAMES)(value, path)
  const read = objectAt(value, path, networkFields)
  const { chainId, ledger, inference, ...others } = read
  if (chainId === undefined || ledger === undefined || inference === undefined)
    throw fieldError(path, 'a deployment of your own needs chainId, ledger and inference.')
  return { chainId, ledger, inference, ...others }
}

const networkFields = {
  chainId: (value: unknown, path: string): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
    throw fieldError(path, 'the id of a chain is a whole number from 1 up.')
  },
  ledger: address,
  inference: address,
  fineTuning: address,
  multicall3: address,
  // The URL of a node service often holds a key.
  rpcUrl: (_: unknown, path: string): never => {
    throw fieldError(path, 'a URL may hold a key, and keys never stand in this file: use OG_RPC_URL or --rpc-url.')
  },
}
