import { Contract, getCreateAddress, Interface, type JsonRpcProvider, type Signer } from 'ethers'
import { MULTICALL3, DEFAULT_MIN_LOCKED_BALANCE, type NetworkConfig } from '../chain/networks.ts'
import { artifacts, type Artifact } from './artifacts.ts'
import { MULTICALL3_BYTECODE } from './multicall3.ts'
import { callOf, transact, type Call } from './transact.ts'

export type DeployOptions = {
  /** Seconds until a refund can be claimed; the contracts accept an hour to a week. One hour by default. */
  lockTime?: number
  /** Whether Multicall3 shall be at its usual address. It is by default. */
  multicall3?: boolean
}

/** The contracts of 0G Compute on a local chain, each with its whole ABI and run by their owner. */
export type LocalContracts = {
  network: NetworkConfig
  owner: Signer
  ledger: Contract
  inference: Contract
  fineTuning: Contract
}

/** Part of a fine-tuning fee, in percent, for a result that the user did not acknowledge: what the live deployment has. */
const PENALTY_PERCENTAGE = 30

/**
 * Deploys the contracts as they are live: each behind a proxy, registered as `inference-v1.0` and `fine-tuning-v1.0`, both
 * recommended. The owner must not send anything else meanwhile.
 */
export async function deployContracts(
  provider: JsonRpcProvider,
  owner: Signer,
  { lockTime = 3600, multicall3 = true }: DeployOptions = {},
): Promise<LocalContracts> {
  const { proxy, ...code } = artifacts()
  const from = await owner.getAddress()
  const [count, { chainId }] = await Promise.all([
    provider.send('eth_getTransactionCount', [from, 'pending']).then(Number),
    provider.getNetwork(),
    multicall3 && provider.send('anvil_setCode', [MULTICALL3, MULTICALL3_BYTECODE]),
  ])
  // Known before anything is sent, so that nothing has to wait for anything.
  const created = (index: number) => getCreateAddress({ from, nonce: count + index })
  const ledger = new Contract(created(3), code.ledger.abi, owner)
  const inference = new Contract(created(4), code.inference.abi, owner)
  const fineTuning = new Contract(created(5), code.fineTuning.abi, owner)
  const addresses = { ledger: created(3), inference: created(4), fineTuning: created(5) }
  const setUp = (contract: Contract, args: readonly unknown[], implementation: string) =>
    behind(proxy, implementation, contract.interface.encodeFunctionData('initialize', args))
  await transact(
    owner,
    [
      ...[code.ledger, code.inference, code.fineTuning].map(({ bytecode }) => ({
        data: bytecode,
        gasLimit: 6_000_000,
      })),
      setUp(ledger, [from], created(0)),
      setUp(inference, [lockTime, addresses.ledger, from], created(1)),
      setUp(fineTuning, [lockTime, addresses.ledger, from, PENALTY_PERCENTAGE], created(2)),
      callOf(ledger, 'registerService', ['inference', 'v1.0', addresses.inference, 'Inference']),
      callOf(ledger, 'registerService', ['fine-tuning', 'v1.0', addresses.fineTuning, 'Fine-tuning']),
      callOf(ledger, 'setRecommendedService', ['inference', 'v1.0']),
      callOf(ledger, 'setRecommendedService', ['fine-tuning', 'v1.0']),
    ],
    { atOnce: true },
  )
  const network = { chainId, ...addresses, minLockedBalance: DEFAULT_MIN_LOCKED_BALANCE }
  return { network, owner, ledger, inference, fineTuning }
}

function behind({ abi, bytecode }: Artifact, implementation: string, initialize: string): Call {
  return {
    data: bytecode + Interface.from(abi).encodeDeploy([implementation, initialize]).slice(2),
    gasLimit: 1_000_000,
  }
}
