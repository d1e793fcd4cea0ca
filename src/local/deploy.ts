import { Contract, getCreateAddress, Interface, type JsonRpcProvider, type Signer } from 'ethers'
import { MULTICALL3, DEFAULT_MIN_LOCKED_BALANCE, type NetworkConfig } from '../chain/networks.ts'
import { artifacts, type Artifact } from './artifacts.ts'
import { MULTICALL3_BYTECODE } from './multicall3.ts'
import { callOf, jsonRpc, transact, type Call } from './transact.ts'

export type DeployOptions = {
  /** Seconds until a refund can be claimed; the contracts accept an hour to a week. One hour by default. */
  lockTime?: number
  /** Whether Multicall3 has code at its usual address; true by default. */
  multicall3?: boolean
}

/** The contracts of 0G Compute on a local chain, each with its whole ABI and connected to their owner. */
export type LocalContracts = {
  network: NetworkConfig
  owner: Signer
  ledger: Contract
  inference: Contract
  fineTuning: Contract
}

/** Percentage of a fine-tuning fee that a provider gets for a result without acknowledgement, as on the live deployment. */
const PENALTY_PERCENTAGE = 30

/**
 * Deploys the contracts as they are live: each behind a proxy, registered as `inference-v1.0` and `fine-tuning-v1.0`, both
 * recommended. The owner must send nothing else until this resolves: the addresses follow from its nonces.
 */
export async function deployContracts(
  provider: JsonRpcProvider,
  owner: Signer,
  { lockTime = 3600, multicall3 = true }: DeployOptions = {},
): Promise<LocalContracts> {
  const { proxy, ...code } = artifacts()
  const from = await owner.getAddress()
  const [nonce] = await Promise.all([
    provider.send('eth_getTransactionCount', [from, 'pending']).then(Number),
    multicall3 && provider.send('anvil_setCode', [MULTICALL3, MULTICALL3_BYTECODE]),
  ])
  const contracts = await deployedContracts(owner, nonce)
  const { ledger, inference, fineTuning, network } = contracts
  const setUp = (contract: Contract, args: readonly unknown[], implementation: string) =>
    behind(proxy, implementation, contract.interface.encodeFunctionData('initialize', args))
  const implementation = (index: number) => getCreateAddress({ from, nonce: nonce + index })
  await transact(
    owner,
    [
      ...[code.ledger, code.inference, code.fineTuning].map(({ bytecode }) => ({
        data: bytecode,
        gasLimit: 6_000_000,
      })),
      setUp(ledger, [from], implementation(0)),
      setUp(inference, [lockTime, network.ledger, from], implementation(1)),
      setUp(fineTuning, [lockTime, network.ledger, from, PENALTY_PERCENTAGE], implementation(2)),
      callOf(ledger, 'registerService', ['inference', 'v1.0', network.inference, 'Inference']),
      callOf(ledger, 'registerService', ['fine-tuning', 'v1.0', network.fineTuning, 'Fine-tuning']),
      callOf(ledger, 'setRecommendedService', ['inference', 'v1.0']),
      callOf(ledger, 'setRecommendedService', ['fine-tuning', 'v1.0']),
    ],
    { atOnce: true },
  )
  return contracts
}

/**
 * The contracts at the addresses that `deployContracts` gives them where the owner's first transaction has this nonce,
 * deployed or not: an address follows from the creator's nonce.
 */
export async function deployedContracts(owner: Signer, nonce = 0): Promise<LocalContracts> {
  const [from, { chainId }] = await Promise.all([owner.getAddress(), jsonRpc(owner).getNetwork()])
  const { ledger, inference, fineTuning } = artifacts()
  // The first three transactions create the implementations, the next three the proxies.
  const proxyOf = (index: number) => getCreateAddress({ from, nonce: nonce + 3 + index })
  const addresses = { ledger: proxyOf(0), inference: proxyOf(1), fineTuning: proxyOf(2) }
  return {
    network: { chainId, ...addresses, minLockedBalance: DEFAULT_MIN_LOCKED_BALANCE },
    owner,
    ledger: new Contract(addresses.ledger, ledger.abi, owner),
    inference: new Contract(addresses.inference, inference.abi, owner),
    fineTuning: new Contract(addresses.fineTuning, fineTuning.abi, owner),
  }
}

function behind({ abi, bytecode }: Artifact, implementation: string, initialize: string): Call {
  return {
    data: bytecode + Interface.from(abi).encodeDeploy([implementation, initialize]).slice(2),
    gasLimit: 1_000_000,
  }
}
