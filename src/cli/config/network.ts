import type { NetworkConfig, NetworkName } from '../../index.ts'
import { NETWORK_NAMES } from '../arguments/options.ts'
import { address, oneOf } from './fields.ts'
import { checkOf, fieldError, objectAt, schemaOf, type Check } from './objects.ts'

/** No value at all. */
const NOTHING = { not: {} }
const name = oneOf(NETWORK_NAMES)

const networkFields = {
  chainId: checkOf({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, (value, path): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
    throw fieldError(path, 'the id of a chain is a whole number from 1 up.')
  }),
  ledger: address,
  inference: address,
  fineTuning: address,
  multicall3: address,
  // The URL of a node service often holds a key.
  rpcUrl: checkOf(NOTHING, (_, path): never => {
    throw fieldError(path, 'a URL may hold a key, and keys never stand in this file: use OG_RPC_URL or --rpc-url.')
  }),
}

/** A network by its name, or a deployment by its addresses. */
export const networkAt: Check<NetworkName | NetworkConfig> = checkOf(
  { anyOf: [name.schema, schemaOf(networkFields, { required: ['chainId', 'ledger', 'inference'] })] },
  (value, path) => {
    if (typeof value !== 'object') return name(value, path)
    const { chainId, ledger, inference, ...others } = objectAt(value, path, networkFields)
    if (chainId === undefined || ledger === undefined || inference === undefined)
      throw fieldError(path, 'a deployment of your own needs chainId, ledger and inference.')
    return { chainId, ledger, inference, ...others }
  },
)
